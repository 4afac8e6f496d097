"""Rows that a model turns into vectors or scores, those of several turns together.

A turn gets the rows that it asked for and never sees the others. What each row gives must not
depend on the rows beside it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from engine.arrays import FloatArray
from engine.batch_counters import BatchCounters
from engine.batch_thread import BatchThread
from engine.requester import AbandonedError, Requester, has_given_up, present_requester

Row = TypeVar("Row")


@dataclass(slots=True, eq=False)
class _Request(Generic[Row]):
    """Rows of one turn, and what came of them so far.

    Args:
        rows: those that are still to be computed.
        requester: whom they are for.
        asked: since when they wait, by the clock that only goes forward, in seconds.
    """

    rows: Sequence[Row]
    requester: Requester | None
    asked: float
    parts: list[FloatArray] = field(default_factory=list)
    done: Future[FloatArray] = field(default_factory=Future)

    def split(self, count: int, now: float) -> _Part[Row]:
        """Take some rows off, from the beginning; the others wait from now on."""
        part = _Part(self, self.rows[:count])
        self.rows, self.asked = self.rows[count:], now
        return part


@dataclass(frozen=True, slots=True)
class _Part(Generic[Row]):
    """Rows of a request that are computed now."""

    request: _Request[Row]
    rows: Sequence[Row]

    def succeed(self, found: FloatArray) -> None:
        """Keep what came of the rows; the last part ends the request."""
        request = self.request
        if request.done.done():  # an earlier part of it failed
            return
        request.parts.append(found)
        if not request.rows:
            # Joined to an array of its own: a part would keep what others asked for in memory.
            request.done.set_result(np.concatenate(request.parts))

    def fail(self, error: BaseException) -> None:
        """End the request."""
        if not self.request.done.done():
            self.request.rows = ()
            self.request.done.set_exception(error)


class BatchedRows(Generic[Row]):
    """A computation that several turns ask for at a time; implements `engine.batch_thread.Lane`.

    Args:
        name: what it is counted as.
        compute: returns one row of an array a row.
        thread: where it is done.
        counters: where it is counted.
        most: rows of one computation; who has more waits between its parts for the others.
    """

    def __init__(
        self,
        name: str,
        compute: Callable[[Sequence[Row]], FloatArray],
        thread: BatchThread,
        counters: BatchCounters,
        most: int,
    ) -> None:
        self.waiting: deque[_Request[Row]] = deque()
        self._name = name
        self._compute = compute
        self._thread = thread
        self._counters = counters
        self._most = most

    def __call__(self, rows: Sequence[Row]) -> FloatArray:
        """Return what comes of some rows, once it was their turn.

        Raises:
            AbandonedError: whoever they are for has given up before that.
        """
        if not rows:
            return self._compute(rows)
        request = _Request(rows, present_requester(), time.monotonic())
        self._thread.add(self, request)
        return request.done.result()

    def take(self) -> Callable[[], None]:
        """Take rows of everybody who waits, to equal shares if there are more than go together."""
        for request in self.waiting:
            if request.rows and has_given_up(request.requester):
                request.rows = ()
                request.done.set_exception(AbandonedError())
        there = [request for request in self.waiting if request.rows][: self._most]
        share = self._most // max(1, len(there))
        now = time.monotonic()
        waited = [now - request.asked for request in there]
        parts = [request.split(share, now) for request in there]
        # Who has more than a share comes last next time.
        later = [request for request in self.waiting if request.rows and request not in there]
        self.waiting = deque([*later, *(request for request in there if request.rows)])
        return partial(self._run, parts, waited)

    def _run(self, parts: Sequence[_Part[Row]], waited: Sequence[float]) -> None:
        if parts:
            self._counters.began(self._name, waited)
            self._run_together(parts)

    def _run_together(self, parts: Sequence[_Part[Row]]) -> None:
        try:
            found = self._compute([row for part in parts for row in part.rows])
        except BaseException as error:
            if len(parts) == 1:
                parts[0].fail(error)
            else:  # the fault of one is not the others'
                for part in parts:
                    self._run_together([part])
            return
        begin = 0
        for part in parts:
            part.succeed(found[begin : begin + len(part.rows)])
            begin += len(part.rows)
