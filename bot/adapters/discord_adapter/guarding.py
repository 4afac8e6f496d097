"""Keeps an event that makes no sense from ending the connection: it is passed over and told of."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

Parser = Callable[[Any], None]
Told = Callable[[str, Any, Exception], None]
"""Takes the name of an event, its data, and why it made no sense."""

_NEEDED = frozenset({"READY", "RESUMED"})
"""Without these there is no session; where one makes no sense, a new session is all that helps."""


def guard(parsers: MutableMapping[str, Parser], told: Told) -> None:
    """Put something around every parser of events that catches what it raises.

    The library ends the whole connection over one event that it cannot parse; interactions that
    arrive before it has signed on again are lost.

    Args:
        parsers: name of each event → its parser; changed in place.
        told: told of what made no sense.
    """
    for event, parse in parsers.items():
        if event not in _NEEDED:
            parsers[event] = _guarded(event, parse, told)


def _guarded(event: str, parse: Parser, told: Told) -> Parser:
    def parse_if_possible(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # whatever it is, the next event makes sense again
            told(event, data, error)

    return parse_if_possible
