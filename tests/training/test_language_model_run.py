"""A run measures where it should, stops in time, survives being killed and resumes identically."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from training.errors import CheckpointError
from training.language_model import LanguageLearner, LearningSettings, Shape, new_model
from training.language_model_run import LanguagePlan, LanguageRun
from training.packed_texts import TokenRows

SHAPE = Shape(pieces=300, context=8, width=16, layers=1, heads=2, key_heads=1, inner_width=16)
ROWS: TokenRows = np.random.default_rng(1).integers(20, 300, (10, 9)).astype(np.uint16)
HELD_OUT = {"ko": ROWS[:2], "en": ROWS[2:4]}
STEPS = 5  # an epoch


class KilledError(Exception):
    """Stands for a process that ends in the middle of a step."""


class DyingLearner(LanguageLearner):
    """Learns for some steps and is then killed."""

    steps_left: int | None = None

    def learn(self, rows: TokenRows, progress: float) -> float:
        if self.steps_left == 0:
            raise KilledError
        if self.steps_left is not None:
            self.steps_left -= 1
        return super().learn(rows, progress)


def ticking() -> Callable[[], float]:
    """A clock that ticks a second at every look."""
    ticks: Iterator[int] = count()
    return lambda: float(next(ticks))


def prepared(
    folder: Path,
    *,
    epochs: int = 2,
    minutes: float = 600.0,
    evaluations: int = 1,
    identity: str = "one",
    die_after: int | None = None,
) -> tuple[LanguageRun, LanguageLearner]:
    learner = DyingLearner(new_model(SHAPE, seed=1), LearningSettings(batch_size=2), "cpu")
    learner.steps_left = die_after
    plan = LanguagePlan(
        folder=folder,
        identity=identity,
        epochs=epochs,
        minutes=minutes,
        evaluations=evaluations,
        checkpoint_minutes=3 / 60,
        batch_size=2,
        seed=7,
    )
    return LanguageRun(learner, ROWS, HELD_OUT, plan, clock=ticking()), learner


def weights(learner: LanguageLearner) -> torch.Tensor:
    return torch.cat([value.flatten() for value in learner.model.parameters()]).detach()


def test_perplexity_is_measured_at_even_distances(tmp_path: Path) -> None:
    state = prepared(tmp_path, evaluations=2)[0].run()
    assert [entry["epoch"] for entry in state.history] == [0.4, 1.0, 1.4, 2.0]
    assert all({"perplexity_ko", "perplexity_en"} <= set(entry) for entry in state.history)
    assert state.tokens == 2 * ROWS.size


def test_the_time_limit_ends_the_run_with_a_measurement(tmp_path: Path) -> None:
    state = prepared(tmp_path, epochs=50, minutes=8 / 60)[0].run()
    assert state.history[-1]["tokens"] == state.tokens
    assert STEPS * 18 < state.tokens < 50 * ROWS.size


@pytest.mark.parametrize("die_after", [4, 6, 9])
def test_a_killed_run_ends_where_an_uninterrupted_one_does(tmp_path: Path, die_after: int) -> None:
    whole, untouched = prepared(tmp_path / "whole")
    whole.run()

    with pytest.raises(KilledError):
        prepared(tmp_path / "killed", die_after=die_after)[0].run()
    second, learner = prepared(tmp_path / "killed")
    assert second.resume()
    assert 0 < second.state.epoch * STEPS + second.state.step <= die_after
    second.run()
    assert torch.equal(weights(learner), weights(untouched))
    measured = [entry["perplexity_ko"] for entry in second.state.history]
    assert measured == [entry["perplexity_ko"] for entry in whole.state.history]


def test_a_finished_run_takes_no_further_step(tmp_path: Path) -> None:
    first, learner = prepared(tmp_path)
    history = list(first.run().history)
    again, untrained = prepared(tmp_path, die_after=0)
    assert again.resume()
    assert again.run().history == history
    assert torch.equal(weights(untrained), weights(learner))


def test_logs_are_written_for_tensorboard(tmp_path: Path) -> None:
    prepared(tmp_path)[0].run()
    assert list((tmp_path / "logs").glob("events.out.tfevents.*"))


def test_nothing_to_resume_is_no_error(tmp_path: Path) -> None:
    assert not prepared(tmp_path)[0].resume()


def test_another_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path)[0].run()
    with pytest.raises(CheckpointError, match="other settings or data"):
        prepared(tmp_path, identity="two")[0].resume()


def test_a_broken_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "latest.pt").write_bytes(b"half a file")
    with pytest.raises(CheckpointError, match="remove it to start anew"):
        prepared(tmp_path)[0].resume()
