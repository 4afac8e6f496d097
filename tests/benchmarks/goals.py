"""The figures that Aurora is held to, and what a run says about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on one figure.

    Args:
        record: name of the figure.
        bound: what it must reach, or not exceed.
        highest: whether the bound is the most that it may be, rather than the least.
    """

    record: str
    bound: float
    highest: bool = False

    def is_met(self, value: float) -> bool:
        """Return whether a figure keeps to the bound."""
        return value <= self.bound if self.highest else value >= self.bound

    def miss(self, value: float) -> str:
        """Say by how much a figure misses."""
        bound = "at most" if self.highest else "at least"
        return f"{self.record} {value:.3g} ({bound} {self.bound:g})"


def _at_least(record: str, bound: float) -> Goal:
    return Goal(record, bound)


def _at_most(record: str, bound: float) -> Goal:
    return Goal(record, bound, highest=True)


GOALS = (
    _at_least("encoder.batch_1.speed_up", 4.8),
    _at_least("encoder.batch_32.speed_up", 4.5),
    _at_least("stages.speed_up", 100),
    _at_least("judgements.same_as_reference", 1.0),
    _at_least("voice.one.speed_up", 3.5),
    _at_least("voice.eight.speed_up", 9),
    _at_least("turn.speed_up", 6),
    _at_most("turn.p95_over_p50", 1.5),
    _at_least("conversations.64.over_unbatched", 4),
    _at_most("stored.sqlite.growth", 1.2),
    _at_most("stored.postgresql.growth", 1.2),
    _at_most("candidates.growth_to_3000", 1.2),
    _at_most("memory.bot", 150),
    _at_most("memory.worker", 350),
    _at_most("start.worker_ready", 2),
    _at_most("start.first_question", 5),
    _at_most("start.torch_imported", 0),
    _at_most("fleet.lone_turn_more", 3),
    _at_least("fleet.burst_share", 0.8),
    _at_most("fleet.kills.lost", 0),
    _at_most("fleet.kills.late", 0),
    _at_least("gpu.decode_of_limit", 0.5),
    _at_least("gpu.streams_64_over_one", 40),
)


@dataclass(frozen=True, slots=True)
class Findings:
    """How a run stands against the goals.

    Args:
        short: goals that were missed, and by how much.
        open: figures that were not measured.
        failed: parts that ended with an error.
    """

    short: tuple[str, ...]
    open: tuple[str, ...]
    failed: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where nothing that was measured falls short and nothing failed, 1 otherwise."""
        return 1 if self.short or self.failed else 0

    @property
    def last_line(self) -> str:
        """Everything that is left to do, in one line."""
        said = [f"falls short: {'; '.join(self.short)}" if self.short else "nothing falls short"]
        if self.open:
            said.append(f"not measured: {', '.join(self.open)}")
        if self.failed:
            said.append(f"failed: {', '.join(self.failed)}")
        return "; ".join(said)


def judge(
    figures: Mapping[str, float], goals: Iterable[Goal] = GOALS, failed: Iterable[str] = ()
) -> Findings:
    """Hold the figures of a run against the goals.

    Args:
        figures: name → value of what was measured.
        goals: the bounds.
        failed: parts that ended with an error.
    """
    goals = tuple(goals)
    measured = [goal for goal in goals if goal.record in figures]
    missed = [goal for goal in measured if not goal.is_met(figures[goal.record])]
    return Findings(
        short=tuple(goal.miss(figures[goal.record]) for goal in missed),
        open=tuple(goal.record for goal in goals if goal.record not in figures),
        failed=tuple(failed),
    )
