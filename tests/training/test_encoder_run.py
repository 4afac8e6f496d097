"""A run evaluates where it should, publishes only improvements, stops in time and resumes."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import torch

from training.corpora import AlignedPair, ScoredPair
from training.distillation import Curriculum, DistillationSettings, Learner
from training.encoder_model import load_encoder
from training.encoder_run import EncoderRun, RunHooks, RunPlan, RunState
from training.encoder_scores import EncoderScores
from training.errors import CheckpointError

ALIGNED = [AlignedPair("손실 " * (index + 1), f"loss {index}") for index in range(6)]
SCORED = [ScoredPair("손실", "모델", 1.0), ScoredPair("손실", "손실", 5.0)]
SETTINGS = DistillationSettings(batch_size=2, english_share=0.34)
STEPS = 6  # an epoch of these: 3 Korean, 1 English, 1 ranking, 1 masked


class Harness:
    """A run with scores read from a list and a clock that ticks a second at every look."""

    def __init__(self, base: Path, folder: Path, scores: list[float] | None = None) -> None:
        self.base = base
        self.folder = folder
        self.scores: Iterator[float] = iter(scores) if scores else (i / 100 for i in count())
        self.published: list[float] = []
        self.break_after: int | None = None

    def run(self, *, epochs: int, minutes: float = 60.0, identity: str = "one") -> EncoderRun:
        torch.manual_seed(0)
        encoder = load_encoder(str(self.base), max_tokens=32)
        teacher = encoder.encode([pair.english for pair in ALIGNED])
        curriculum = Curriculum(encoder, ALIGNED, teacher, [SCORED], ["손실 모델"], SETTINGS)
        self.learner = Learner(encoder, curriculum.head, frozen_rows=0, settings=SETTINGS)
        ticks = count()
        hooks = RunHooks(self._evaluate, self._publish, clock=lambda: float(next(ticks)))
        plan = RunPlan(self.folder, identity, epochs, minutes, evaluations=1)
        return EncoderRun(self.learner, curriculum, plan, hooks)

    def weights(self) -> torch.Tensor:
        return torch.cat([value.flatten() for value in self.learner.parameters]).detach()

    def _evaluate(self) -> EncoderScores:
        value = next(self.scores)
        return EncoderScores(korsts=value, stsb=value, aligned_cosine=0.0, language_gap=0.0)

    def _publish(self, state: RunState) -> None:
        assert state.best is not None
        self.published.append(state.best["overall"])
        if len(self.published) == self.break_after:
            raise KeyboardInterrupt


def test_only_improvements_are_published(tiny_base: Path, tmp_path: Path) -> None:
    harness = Harness(tiny_base, tmp_path, [0.5, 0.4, 0.6])
    state = harness.run(epochs=3).run()
    assert [entry["overall"] for entry in state.history] == [0.5, 0.4, 0.6]
    assert harness.published == [0.5, 0.6]


def test_the_time_limit_ends_the_run_with_an_evaluation(tiny_base: Path, tmp_path: Path) -> None:
    harness = Harness(tiny_base, tmp_path)
    state = harness.run(epochs=50, minutes=7.5 / 60).run()
    assert state.history[-1]["epoch"] == pytest.approx(1 + 2 / STEPS, abs=0.5)
    assert len(harness.published) == len(state.history)
    assert (tmp_path / "latest.pt").is_file()


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(
    tiny_base: Path, tmp_path: Path
) -> None:
    whole = Harness(tiny_base, tmp_path / "whole")
    whole.folder.mkdir()
    whole.run(epochs=2).run()

    halves = Harness(tiny_base, tmp_path / "halves")
    halves.folder.mkdir()
    halves.break_after = 2
    with pytest.raises(KeyboardInterrupt):
        halves.run(epochs=2).run()
    halves.break_after = None
    second_leg = halves.run(epochs=2)
    assert second_leg.resume()
    assert second_leg.state.epoch * STEPS + second_leg.state.step == STEPS
    second_leg.run()
    torch.testing.assert_close(halves.weights(), whole.weights(), atol=2e-3, rtol=0)


def test_another_runs_checkpoint_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    harness = Harness(tiny_base, tmp_path)
    harness.run(epochs=1).run()
    with pytest.raises(CheckpointError, match="other settings or data"):
        harness.run(epochs=1, identity="two").resume()


def test_nothing_to_resume_is_no_error(tiny_base: Path, tmp_path: Path) -> None:
    assert not Harness(tiny_base, tmp_path).run(epochs=1).resume()
