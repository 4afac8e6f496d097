"""Draws the history: how the ratios have moved from run to run, against their goals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("agg")
from matplotlib import pyplot

from tests.benchmarks.goals import GOALS, Goal
from tests.benchmarks.history import HISTORY, Run, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT = HISTORY.with_suffix(".png")
_SHOWN_RUNS = 12
_MET, _MISSED = "#2a7f62", "#c0502f"


def draw(history: Path = HISTORY, plot: Path = PLOT) -> None:
    """Draw all runs of a history into a PNG.

    Args:
        history: the runs.
        plot: the file.
    """
    runs = read(history)[-_SHOWN_RUNS:]
    known = {name for run in runs for name in run.figures}
    goals = [goal for goal in GOALS if goal.bound and goal.record in known]  # no bar shows a zero
    if not goals:
        return
    columns = 3
    rows = -(-len(goals) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(11, 1.9 * rows), squeeze=False)
    for axis, goal in zip(axes.flat, goals, strict=False):
        _draw_goal(axis, goal, runs)
    for axis in list(axes.flat)[len(goals) :]:
        axis.set_visible(False)
    figure.suptitle("Benchmark runs, oldest to newest; the line is the goal", fontsize=11)
    figure.tight_layout()
    figure.savefig(plot, dpi=110)
    pyplot.close(figure)


def _draw_goal(axis: Axes, goal: Goal, runs: list[Run]) -> None:
    known = [
        (n, run.figures[goal.record]) for n, run in enumerate(runs) if goal.record in run.figures
    ]
    colours = [_MET if goal.is_met(value) else _MISSED for _, value in known]
    axis.bar([n for n, _ in known], [value for _, value in known], color=colours, width=0.7)
    for n, value in known:
        axis.annotate(f"{value:.3g}", (n, value), ha="center", va="bottom", fontsize=7)
    axis.axhline(goal.bound, color="black", linewidth=1)
    axis.set_xlim(-0.6, len(runs) - 0.4)
    axis.set_xticks(range(len(runs)), [run.commit for run in runs], fontsize=6)
    bound = f"{'≤' if goal.highest else '≥'} {goal.bound:g}"
    axis.set_title(f"{goal.record} {bound}", fontsize=8)
    axis.margins(y=0.25)
    axis.set_ylim(bottom=0)
    axis.tick_params(axis="y", labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)
