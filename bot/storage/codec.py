"""Domain values ↔ JSON, and the cleaning of what no database can hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bot.interview.messages import Account, Inbound, Reply
from bot.interview.report import TurnRecord
from bot.interview.state import InterviewState

_T = TypeVar("_T")

# NUL ends a text in PostgreSQL; halves of a surrogate pair cannot be written as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


class Codec(Generic[_T]):
    """Turns one kind of frozen dataclass into JSON-ready data and back."""

    def __init__(self, kind: type[_T]) -> None:
        self._adapter = TypeAdapter(kind)

    def encode(self, value: _T) -> dict[str, Any]:
        """Return the JSON-ready form of a value."""
        data: dict[str, Any] = self._adapter.dump_python(value, mode="json")
        return data

    def decode(self, data: dict[str, Any]) -> _T:
        """Read what `encode` returned.

        Raises:
            ValueError: the data does not fit.
        """
        return self._adapter.validate_python(data)


STATES = Codec(InterviewState)
RECORDS = Codec(TurnRecord)
INBOUNDS = Codec(Inbound)
REPLIES = Codec(Reply)


def storable(inbound: Inbound) -> Inbound:
    """Return the message with every character that cannot be stored replaced by U+FFFD."""
    return replace(
        inbound,
        event_id=clean(inbound.event_id),
        account=Account(clean(inbound.account.platform), clean(inbound.account.external_id)),
        conversation=clean(inbound.conversation),
        text=clean(inbound.text),
        options={clean(key): clean(value) for key, value in inbound.options.items()},
        edits=None if inbound.edits is None else clean(inbound.edits),
    )


def clean(text: str) -> str:
    """Return a text with every character that cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)
