"""How the rate of a crowd is told."""

from __future__ import annotations

import pytest

from tests.benchmarks.crowd_load import Found


def test_the_rate_is_that_of_people_who_think_and_wait_by_turns() -> None:
    # Two people, each a turn in ten seconds: nine of thinking, one of waiting.
    found = Found(people=2, paused=4 * 9.0, waited=[1.0] * 4)
    assert found.rate == pytest.approx(0.2)


def test_what_was_waited_is_told_as_median_and_mean() -> None:
    assert Found(1, 0.0, [0.1, 0.1, 1.0]).cells == "100 ms | 400 ms"
