"""People who think, ask and wait: how many a chain of stations carries, by arithmetic.

A closed system: each person thinks for a while, asks, waits for all stations one after the other,
and thinks again. By Little's law ``people = rate × (think + response)``. A station that is busy for
a share ρ of the time answers after ``seconds / (1 - ρ)``, as if turns came by chance; with many
people they nearly do (Lazowska et al., "Quantitative System Performance", 1984, ch. 5–6). Of
several servers at a station, all but one only add delay (Seidmann's approximation).
`tests.benchmarks.queue_simulation` checks this.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HIGHEST_SHARE = 0.8
"""Nobody plans a station busier than this: beyond it waiting grows quickly."""
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Station:
    """One thing that every turn needs.

    Args:
        name: what it is.
        seconds: that one of its servers works on a turn.
        servers: how many there are: cores, processes, tokens of a platform.
    """

    name: str
    seconds: float
    servers: int = 1

    @property
    def rate(self) -> float:
        """Turns a second that it does when it never rests."""
        return math.inf if self.seconds == 0 else self.servers / self.seconds

    def response(self, rate: float) -> float:
        """Return the seconds from a turn's arrival to its end, waiting included.

        Args:
            rate: turns a second that come, below its own.
        """
        each = self.seconds / self.servers
        return each / (1 - rate * each) + self.seconds - each


@dataclass(frozen=True, slots=True)
class Expected:
    """What a number of people may expect.

    Args:
        rate: turns a second of all together.
        response: seconds from a message to its reply, on average.
    """

    rate: float
    response: float


def bottleneck(stations: Sequence[Station]) -> Station:
    """Return the station that is busy first."""
    return min(stations, key=lambda station: station.rate)


def people_carried(stations: Sequence[Station], think: float) -> int:
    """Return how many people take turns with no station busier than `HIGHEST_SHARE`.

    Args:
        stations: what a turn needs, one after the other.
        think: seconds between a reply and the next message, on average.
    """
    rate = HIGHEST_SHARE * bottleneck(stations).rate
    return int(rate * (think + _response(stations, rate)))


def expected(stations: Sequence[Station], people: int, think: float) -> Expected:
    """Return at what rate so many people are answered, and how soon.

    Args:
        stations: what a turn needs, one after the other.
        people: how many.
        think: seconds between a reply and the next message, on average.
    """
    low, high = 0.0, min(bottleneck(stations).rate, people / think if think else math.inf)
    for _ in range(_STEPS):  # the more turns come, the more people it takes to bring them
        rate = (low + high) / 2
        if rate * (think + _response(stations, rate)) < people:
            low = rate
        else:
            high = rate
    return Expected(low, people / low - think)


def _response(stations: Sequence[Station], rate: float) -> float:
    return sum(station.response(rate) for station in stations)
