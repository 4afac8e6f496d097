"""Times several ways of doing the same by turns, on one core, so that their ratios hold.

A machine that has other things to do is slow for all of them alike; what matters is the ratio of
two times that were taken one right after the other.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

Way = Callable[[], object]


@contextmanager
def pinned() -> Iterator[None]:
    """Keep this thread, and those that it starts, on one core for the length of a block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def by_turns(
    ways: Mapping[str, Way], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Do each once to warm up, then all of them round after round.

    Args:
        ways: name → what to do.
        rounds: how often.
        clock: tells seconds; `time.process_time` does not count while others have the core.

    Returns:
        The seconds that each took, round by round.
    """
    for way in ways.values():
        way()
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            way()
            took[name].append(clock() - began)
    return took


def speed_up(slow: Sequence[float], fast: Sequence[float]) -> float:
    """Return how many times as quick the second way is: the median of the rounds' own ratios."""
    return statistics.median(s / f for s, f in zip(slow, fast, strict=True))


def share(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
