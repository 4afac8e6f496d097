"""Ways are timed by turns, so that what slows the machine down slows all of them."""

from __future__ import annotations

import itertools
import os

import pytest

from tests.benchmarks.timing import by_turns, pinned, share, speed_up


def test_every_way_is_done_once_unmeasured_and_then_by_turns() -> None:
    done: list[str] = []
    ticks = itertools.count()
    ways = {"a": lambda: done.append("a"), "b": lambda: done.append("b")}
    took = by_turns(ways, 2, lambda: float(next(ticks)))
    assert done == ["a", "b"] * 3
    assert took == {"a": [1.0, 1.0], "b": [1.0, 1.0]}


def test_one_slow_moment_of_the_machine_does_not_change_the_ratio() -> None:
    assert speed_up([4.0, 40.0, 4.0], [1.0, 10.0, 2.0]) == pytest.approx(4.0)


def test_one_core_is_used_inside_and_all_of_them_afterwards() -> None:
    before = os.sched_getaffinity(0)
    with pinned():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(("part", "expected"), [(0.5, 3), (0.95, 5), (1.0, 5)])
def test_a_share_of_values(part: float, expected: int) -> None:
    assert share([5, 1, 4, 2, 3], part) == expected
