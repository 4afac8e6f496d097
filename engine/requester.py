"""Whom the turn in this thread is for, so that nothing is computed for somebody who is gone.

What a turn asks for is computed elsewhere, together with what others ask for. Whoever does that
asks here whose it is, because the ports of the stages know requests and texts, not callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class AbandonedError(Exception):
    """Nobody waits for the turn any more."""


class Requester(Protocol):
    """Whoever waits for a turn; may be asked in any thread."""

    @property
    def gave_up(self) -> bool:
        """Whether nobody waits any more."""


_present: ContextVar[Requester | None] = ContextVar("requester", default=None)


@contextmanager
def acting_for(requester: Requester) -> Iterator[None]:
    """Do what is done in a block, in this thread, for somebody."""
    before = _present.set(requester)
    try:
        yield
    finally:
        _present.reset(before)


def present_requester() -> Requester | None:
    """Return whom this thread acts for; None for nobody who could give up."""
    return _present.get()


def has_given_up(requester: Requester | None) -> bool:
    """Return whether there is somebody, and they wait no more."""
    return requester is not None and requester.gave_up
