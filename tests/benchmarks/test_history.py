"""Runs are kept one a line, and drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.benchmarks.goals import GOALS
from tests.benchmarks.history import HISTORY, Run, append, read, this_run
from tests.benchmarks.plot import draw
from tests.support.command import ROOT

RUN = Run("2026-11-26", "abc1234", "A processor", 2, 0.25, True, {"encoder.speed_up": 4.123})


def test_a_run_is_read_as_it_was_added(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "history.jsonl"
    later = replace(RUN, commit="def5678")
    append(RUN, file)
    append(later, file)
    assert read(file) == [RUN, later]


def test_nothing_was_run_where_there_is_no_file(tmp_path: Path) -> None:
    assert read(tmp_path / "history.jsonl") == []


def test_figures_keep_four_digits(tmp_path: Path) -> None:
    append(replace(RUN, figures={"a": 1234567.0, "b": 0.000123456}), tmp_path / "history.jsonl")
    assert read(tmp_path / "history.jsonl")[0].figures == {"a": 1_235_000.0, "b": 0.0001235}


def test_a_run_of_now_names_commit_and_processor_and_no_folder_of_this_machine() -> None:
    run = this_run({"a": 1.0}, quick=True, load=0.5)
    assert run.commit
    assert run.processor
    assert run.cores >= 1
    assert str(ROOT) not in run.to_line()


def test_the_kept_history_can_be_read() -> None:
    runs = read()
    assert all(run.figures for run in runs)
    assert "/" not in "".join(run.commit for run in runs), HISTORY


def test_runs_are_drawn(tmp_path: Path) -> None:
    history, plot = tmp_path / "history.jsonl", tmp_path / "history.png"
    append(replace(RUN, figures={GOALS[0].record: 4.0}), history)
    append(replace(RUN, figures={GOALS[0].record: 5.0, GOALS[-1].record: 41.0}), history)
    draw(history, plot)
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    draw(tmp_path / "history.jsonl", tmp_path / "history.png")
    assert not (tmp_path / "history.png").exists()
