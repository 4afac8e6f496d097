"""What a run says about its goals."""

from __future__ import annotations

import pytest

from tests.benchmarks.goals import GOALS, Goal, judge

SPEED = Goal("encoder.speed_up", 4.8)
MEMORY = Goal("memory.worker", 350, highest=True)


def test_nothing_falls_short_where_every_goal_is_met_exactly() -> None:
    findings = judge({SPEED.record: 4.8, MEMORY.record: 350}, (SPEED, MEMORY))
    assert findings.exit_code == 0
    assert findings.last_line == "nothing falls short"


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({SPEED.record: 4.79, MEMORY.record: 10}, "encoder.speed_up 4.79 (at least 4.8)"),
        ({SPEED.record: 5, MEMORY.record: 351}, "memory.worker 351 (at most 350)"),
    ],
)
def test_one_line_says_what_falls_short_and_so_does_the_exit_code(
    figures: dict[str, float], said: str
) -> None:
    findings = judge(figures, (SPEED, MEMORY))
    assert findings.exit_code == 1
    assert findings.last_line == f"falls short: {said}"


def test_what_was_not_measured_is_told_and_is_no_failure() -> None:
    findings = judge({MEMORY.record: 10}, (SPEED, MEMORY))
    assert findings.exit_code == 0
    assert findings.last_line == "nothing falls short; not measured: encoder.speed_up"


def test_a_part_that_failed_is_named_and_is_a_failure() -> None:
    findings = judge({SPEED.record: 5}, (SPEED,), failed=["storing"])
    assert findings.exit_code == 1
    assert findings.last_line == "nothing falls short; failed: storing"


def test_every_figure_has_one_goal_at_most() -> None:
    assert len({goal.record for goal in GOALS}) == len(GOALS)
