"""Counts how many turns were computed together and how long they waited for it.

The worker tells it in its health, and the bot's metrics pass it on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

TURN = "turn"
"""What whole turns are counted as, which wait in the queue."""
SIZES = (1, 2, 4, 8, 16, 32, 64)
WAITS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class Spread:
    """How often values up to each of some bounds came.

    Args:
        bounds: in rising order; one without an end follows.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def snapshot(self) -> dict[str, Any]:
        """Return ``bounds``, ``counts`` up to each and beyond the last, and the ``sum``."""
        return {"bounds": [*self._bounds], "counts": [*self._counts], "sum": round(self._sum, 6)}


class BatchCounters:
    """Counts by what was computed; several threads may count while another reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sizes: defaultdict[str, Spread] = defaultdict(lambda: Spread(SIZES))
        self._waits: defaultdict[str, Spread] = defaultdict(lambda: Spread(WAITS))

    def began(self, name: str, waited: Sequence[float]) -> None:
        """Count a batch as it begins.

        Args:
            name: what is computed.
            waited: the seconds that each of those in it has waited.
        """
        with self._lock:
            self._sizes[name].add(len(waited))
            for seconds in waited:
                self._waits[name].add(seconds)

    def turn_began(self, waited: float) -> None:
        """Count a turn as it begins, after so many seconds in the queue."""
        with self._lock:
            self._waits[TURN].add(waited)

    def snapshot(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """Return ``sizes`` of batches and ``waits`` in seconds, each by what was computed."""
        with self._lock:
            return {
                "sizes": {name: spread.snapshot() for name, spread in self._sizes.items()},
                "waits": {name: spread.snapshot() for name, spread in self._waits.items()},
            }
