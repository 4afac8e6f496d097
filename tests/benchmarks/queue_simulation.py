"""The same closed system played through, person by person, to see whether the arithmetic holds."""

from __future__ import annotations

import heapq
import itertools
import random
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmarks.closed_queue import Expected, Station

_THINKING = -1


@dataclass
class _Desk:
    """A station at work.

    Args:
        station: what it is.
        busy: how many of its servers work.
        queue: who waits, first come first served.
    """

    station: Station
    busy: int = 0
    queue: deque[int] = field(default_factory=deque)


class ClosedQueue:
    """People who go from thinking through all stations and back to thinking.

    Args:
        stations: what a turn needs, one after the other.
        people: how many.
        think: mean seconds of thinking; drawn from an exponential distribution, as is the work.
        seed: of all that is drawn.
    """

    def __init__(
        self, stations: Sequence[Station], people: int, think: float, seed: int = 1
    ) -> None:
        self._desks = [_Desk(station) for station in stations]
        self._think = think
        self._chance = random.Random(seed)
        self._now = 0.0
        self._asked_at = [0.0] * people
        self._numbers = itertools.count()
        self._events: list[tuple[float, int, int, int]] = []
        self._responses: list[float] = []
        for person in range(people):
            self._later(self._drawn(think), person, _THINKING)

    def run(self, turns: int) -> Expected:
        """Play until so many turns are done; the first fifth of them only fills the system."""
        begun = 0.0
        warm = turns // 5
        while len(self._responses) < turns:
            self._now, _, person, desk = heapq.heappop(self._events)
            if desk != _THINKING:
                self._leave(desk)
            self._arrive(person, desk + 1)
            if len(self._responses) == warm:
                begun = self._now
        counted = self._responses[warm:]
        return Expected(len(counted) / (self._now - begun), statistics.fmean(counted))

    def _arrive(self, person: int, number: int) -> None:
        """Have somebody come to a station, or go back to thinking after the last one."""
        if number == 0:
            self._asked_at[person] = self._now
        if number == len(self._desks):
            self._responses.append(self._now - self._asked_at[person])
            self._later(self._drawn(self._think), person, _THINKING)
            return
        desk = self._desks[number]
        if desk.busy < desk.station.servers:
            self._serve(person, number)
        else:
            desk.queue.append(person)

    def _leave(self, number: int) -> None:
        """Free a server for whoever waits."""
        desk = self._desks[number]
        desk.busy -= 1
        if desk.queue:
            self._serve(desk.queue.popleft(), number)

    def _serve(self, person: int, number: int) -> None:
        desk = self._desks[number]
        desk.busy += 1
        self._later(self._drawn(desk.station.seconds), person, number)

    def _later(self, seconds: float, person: int, desk: int) -> None:
        heapq.heappush(self._events, (self._now + seconds, next(self._numbers), person, desk))

    def _drawn(self, mean: float) -> float:
        return self._chance.expovariate(1 / mean) if mean else 0.0
