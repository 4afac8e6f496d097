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

    def optional_text(self, key: str) -> str | None:
        """Return a text; None when it is not there."""
        return None if self.data.get(key) is None else self.text(key)

    def flag(self, key: str) -> bool:
        """Return a truth value; false when it is not there."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise ContractError(f"{self.what}.{key}: true or false is needed, not {value!r}")
        return value

    def whole(self, key: str, default: int = 0) -> int:
        """Return a whole number; the default when it is not there."""
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ContractError(f"{self.what}.{key}: a whole number is needed, not {value!r}")
        return value

    def number(self, key: str) -> float:
        """Return a number; 0 when it is not there."""
        value = self.data.get(key, 0.0)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ContractError(f"{self.what}.{key}: a number is needed, not {value!r}")
        return float(value)

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

    def mappings(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """Return a list of mappings."""
        values = self.sequence(key)
        if not all(isinstance(value, Mapping) for value in values):
            raise ContractError(f"{self.what}.{key}: a list of mappings is needed, not {values!r}")
        return values

    def member(self, kind: type[E], key: str) -> E:
        """Return a member of an enumeration."""
        try:
            return kind(self.text(key))
        except ValueError:
            known = ", ".join(member.value for member in kind)
            raise ContractError(
                f"{self.what}.{key}: {self.data.get(key)!r} is none of {known}"
            ) from None
