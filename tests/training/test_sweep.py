"""A sweep trains each number of epochs once and keeps the best."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.artifacts import ANSWER_EVALUATOR, Manifest, verify, write_manifest
from engine.errors import ArtifactError
from tests.support.tiny_encoder import write_tiny_encoder
from training.adapters import AdapterSettings
from training.errors import CheckpointError, TrainingError
from training.sweep import Job, Trial, train_each, write_plot

SETTINGS = AdapterSettings(epochs=1)
SCORES = {5: (0.8, 0.4), 10: (0.9, 0.5), 20: (0.9, 0.6), 40: (0.7, 0.9)}


@dataclass
class Trainer:
    """Writes a folder for each number of epochs; scores are set beforehand.

    Args:
        base: folder of an encoder.
        trained: numbers of epochs that were trained, in order.
        stops_at: a number that breaks the run.
    """

    base: Path
    trained: list[int] = field(default_factory=list)
    stops_at: int = 0

    def job(self, rows: str = "abc") -> Job:
        return Job(ANSWER_EVALUATOR, self.base, {"rows": rows}, self.train, self.validate)

    def train(self, settings: AdapterSettings, folder: Path) -> Manifest:
        if settings.epochs == self.stops_at:
            raise TrainingError("the lights went out")
        self.trained.append(settings.epochs)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights").write_text(str(settings.epochs), encoding="utf-8")
        config = {
            "epochs": settings.epochs,
            "rank": settings.rank,
            "learning_rate": settings.learning_rate,
            "batch_size": settings.batch_size,
        }
        manifest = Manifest(
            kind=ANSWER_EVALUATOR,
            base={},
            config=config,
            data={"rows": "abc"},
            metrics={},
            seed=settings.seed,
        )
        return write_manifest(folder, manifest)

    def validate(self, folder: Path) -> tuple[float, float]:
        return SCORES[int((folder / "weights").read_text(encoding="utf-8"))]


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    return Trainer(write_tiny_encoder(tmp_path / "encoder"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_the_best_number_is_kept(trainer: Trainer, out: Path) -> None:
    manifest = train_each(trainer.job(), (5, 10, 20, 40), SETTINGS, out, force=False)
    assert trainer.trained == [5, 10, 20, 40]
    assert manifest.config["epochs"] == 20, "most accurate, then the clearer of two"
    assert verify(out, ANSWER_EVALUATOR) == manifest
    assert (out / "weights").read_text(encoding="utf-8") == "20"
    assert verify(out / "epochs-5", ANSWER_EVALUATOR).config["epochs"] == 5


def test_every_trial_stands_in_the_table_and_the_plot(trainer: Trainer, out: Path) -> None:
    train_each(trainer.job(), (5, 40), SETTINGS, out, force=False)
    assert (out / "sweep.csv").read_text(encoding="utf-8") == (
        "epochs,accuracy,mean_diff\n5,0.8000,0.4000\n40,0.7000,0.9000\n"
    )
    plot = (out / "sweep.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(plot).tag.endswith("svg")  # noqa: S314 - our own file
    assert "accuracy" in plot
    assert "Mean_Diff" in plot


def test_the_same_trials_give_the_same_plot(tmp_path: Path) -> None:
    trials = [Trial(5, 0.5, -0.2), Trial(10, 0.6, 0.1)]
    for name in ("one.svg", "two.svg"):
        write_plot(trials, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_one_number_is_trained_without_a_table(trainer: Trainer, out: Path) -> None:
    manifest = train_each(trainer.job(), (7,), SETTINGS, out, force=False)
    assert manifest.config["epochs"] == 7
    assert sorted(file.name for file in out.iterdir()) == ["manifest.json", "weights"]


def test_an_interrupted_sweep_goes_on_where_it_stopped(trainer: Trainer, out: Path) -> None:
    trainer.stops_at = 10
    with pytest.raises(TrainingError, match="lights"):
        train_each(trainer.job(), (5, 10), SETTINGS, out, force=False)
    trainer.stops_at = 0
    train_each(trainer.job(), (5, 10), SETTINGS, out, force=False)
    assert trainer.trained == [5, 10]


def test_trials_of_another_run_are_not_taken_over(trainer: Trainer, out: Path) -> None:
    train_each(trainer.job(), (5, 10), SETTINGS, out, force=False)
    for job, settings in (
        (trainer.job(rows="xyz"), SETTINGS),
        (trainer.job(), AdapterSettings(epochs=1, seed=3)),
        (trainer.job(), AdapterSettings(epochs=1, rank=3)),
    ):
        with pytest.raises(CheckpointError, match="epochs-5 was trained on other rows"):
            train_each(job, (5, 10), settings, out, force=False)
    assert trainer.trained == [5, 10]


def test_force_trains_every_number_again(trainer: Trainer, out: Path) -> None:
    trainer.stops_at = 10
    with pytest.raises(TrainingError):
        train_each(trainer.job(), (5, 10), SETTINGS, out, force=False)
    trainer.stops_at = 0
    train_each(trainer.job(), (5, 10), SETTINGS, out, force=True)
    assert trainer.trained == [5, 5, 10]


def test_force_removes_nothing_where_there_is_no_body(trainer: Trainer, out: Path) -> None:
    train_each(trainer.job(), (5, 10), SETTINGS, out, force=False)
    (trainer.base / "manifest.json").unlink()
    with pytest.raises(ArtifactError, match="is missing"):
        train_each(trainer.job(), (5, 10), SETTINGS, out, force=True)
    assert verify(out, ANSWER_EVALUATOR)
