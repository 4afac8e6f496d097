"""Reads fields of a mapping that came over the wire, naming those that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from engine.errors import ContractError

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class FieldReader:
    """A mapping and what it is called in error messages. Every method raises `ContractError`."""

    data: Mapping[str, Any]
    what: str

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.data.get(key)
        if not isinstance(value, str):
            raise ContractError(f"{self.what}.{key}: a text is needed, not {value!r}")
        return value

    def sequence(self, key: str) -> tuple[Any, ...]:
        """Return a list; empty when it is not there."""
        value = self.data.get(key, ())
        if not isinstance(value, list | tuple):
            raise ContractError(f"{self.what}.{key}: a list is needed, not {value!r}")
        return tuple(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.sequence(key)
        if not all(isinstance(value, str) for value in values):
            raise ContractError(f"{self.what}.{key}: a list of texts is needed, not {values!r}")
        return values

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a mapping; empty when it is not there."""
        value = self.data.get(key, {})
        if not isinstance(value, Mapping):
            raise ContractError(f"{self.what}.{key}: a mapping is needed, not {value!r}")
        return dict(value)

    def member(self, kind: type[E], key: str) -> E:
        """Return a member of an enumeration."""
        try:
            return kind(self.text(key))
        except ValueError:
            known = ", ".join(member.value for member in kind)
            raise ContractError(
                f"{self.what}.{key}: {self.data.get(key)!r} is none of {known}"
            ) from None
