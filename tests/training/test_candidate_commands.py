"""Both S-BERT commands learn from files in the reference layout, sweep, score and refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.artifacts import ANSWER_EVALUATOR, QUESTION_SELECTOR, file_sha256, verify
from engine.contract import Intent
from engine.pack_reader import read_pack
from tests.support.reference_file import reference_rows, write_reference
from tests.support.small_pack import write_small_pack
from tests.support.small_rows import write_small_rows
from tests.support.tiny_encoder import write_tiny_encoder
from training import train_answer_evaluator, train_question_selector
from training.candidate_model import load_candidate_model
from training.errors import DataError
from training.reference_rows import Stage

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    ANSWER_EVALUATOR: train_answer_evaluator.main,
    QUESTION_SELECTOR: train_question_selector.main,
}
STAGES = {ANSWER_EVALUATOR: Stage.ANSWER, QUESTION_SELECTOR: Stage.QUESTION}
LABELS = {ANSWER_EVALUATOR: "output_answered", QUESTION_SELECTOR: "output_next_question"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A tiny encoder, a file in the reference layout, and the project's rows of a small pack."""

    root: Path

    def run(self, kind: str, data: Path, out: Path, *more: str) -> int:
        words = ["--data", data, "--base", self.root / "encoder", "--out", out, "--epochs", 1]
        words += ["--pack", self.root / "packs" / "small", "--rank", 4, *more]
        return COMMANDS[kind]([str(word) for word in words])

    @property
    def turns(self) -> Path:
        return self.root / "turns.csv"

    @property
    def rows(self) -> Path:
        return self.root / "rows"

    def model(self, kind: str) -> Path:
        return self.root / kind


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Everything, and a model of each kind trained on the file."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    write_tiny_encoder(desk.root / "encoder")
    write_reference(desk.turns)
    write_small_pack(desk.root / "packs")
    write_small_rows(desk.rows)
    assert [desk.run(kind, desk.turns, desk.model(kind)) for kind in COMMANDS] == [0, 0]
    return desk


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON object that ends what was printed."""
    out = capsys.readouterr().out
    found: dict[str, Any] = json.loads(
        out[out.rindex("{\n") if "{\n" in out else out.rindex("{") :]
    )
    return found


# Training


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_file_makes_a_model_that_ranks_its_labels(desk: Desk, kind: str) -> None:
    manifest = verify(desk.model(kind), kind)
    assert manifest.config["layout"] == "reference"
    assert (manifest.config["epochs"], manifest.config["loss"]) == (1, "softmax")
    assert manifest.data == {"rows": file_sha256(desk.turns)}
    assert manifest.seed == 20
    assert manifest.metrics == {}, "no row was held out"
    assert not any(name.startswith("checkpoints") for name in manifest.files)
    assert list(desk.model(kind).glob("checkpoints/**/events.out.tfevents.*"))
    model = load_candidate_model(desk.model(kind), desk.root / "encoder", STAGES[kind])
    labels = {row[LABELS[kind]] for row in reference_rows() if row["user_input"]}
    assert set(model.candidates) == labels


def test_the_loss_can_be_chosen(desk: Desk, tmp_path: Path) -> None:
    assert desk.run(ANSWER_EVALUATOR, desk.turns, tmp_path / "out", "--loss", "cosine") == 0
    assert verify(tmp_path / "out", ANSWER_EVALUATOR).config["loss"] == "cosine"


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_finished_model_is_scored_on_any_file_of_the_layout(
    desk: Desk, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = verify(desk.model(kind), kind)
    test = write_reference(tmp_path / "test.csv", reference_rows()[:8])
    assert desk.run(kind, test, desk.model(kind)) == 0
    scores = printed(capsys)
    assert scores.keys() == {"n", "accuracy", "mean_diff", "mse", "mae", "corr"}
    assert scores["n"] == 7
    assert verify(desk.model(kind), kind) == before


# Sweeps


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("data", ["turns.csv", "rows"])
def test_a_list_of_epochs_is_a_sweep(desk: Desk, kind: str, data: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert desk.run(kind, desk.root / data, out, "--epochs", "2,1") == 0
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [line["epochs"] for line in lines] == ["1", "2"]
    assert (out / "sweep.svg").is_file()
    kept = verify(out, kind)
    best = max(lines, key=lambda line: (line["accuracy"], float(line["mean_diff"])))
    assert kept == verify(out / f"epochs-{best['epochs']}", kind)


def test_a_sweep_holds_out_a_tenth_and_says_how_it_did(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.run(ANSWER_EVALUATOR, desk.turns, tmp_path / "out", "--epochs", "1,2") == 0
    metrics = verify(tmp_path / "out", ANSWER_EVALUATOR).metrics
    assert metrics["split"] == "held out"
    assert 3 <= metrics["n"] <= 6, "of each label's twelve rows, one or two"
    assert printed(capsys) == metrics


# What is refused


@pytest.mark.parametrize("kind", COMMANDS)
def test_bad_data_stops_a_run_before_it_starts(
    desk: Desk, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = reference_rows()
    rows[5][LABELS[kind]] = ""
    bad = write_reference(tmp_path / "bad.csv", rows)
    before = verify(desk.model(kind), kind)
    assert desk.run(kind, bad, desk.model(kind), "--force") == 2
    assert capsys.readouterr().err == f"training: bad.csv:7: {LABELS[kind]}: is empty\n"
    assert verify(desk.model(kind), kind) == before
    assert desk.run(kind, tmp_path / "nothing.csv", tmp_path / "out") == 2
    assert "nothing.csv:1: : cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_label_with_no_training_row_is_named(
    desk: Desk, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = reference_rows()
    rows[3][LABELS[kind]] = "weather"
    assert desk.run(kind, write_reference(tmp_path / "test.csv", rows), desk.model(kind)) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"training: test.csv:5: {LABELS[kind]}: 'weather' is none of the 3")


def test_a_sweep_needs_rows_to_hold_out(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_reference(tmp_path / "few.csv", reference_rows()[:10])
    assert desk.run(ANSWER_EVALUATOR, few, tmp_path / "out", "--epochs", "1,2") == 2
    assert "few.csv:3: output_answered: no label has 10 rows" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", COMMANDS)
def test_models_of_the_two_layouts_are_told_apart(
    desk: Desk, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.run(kind, desk.rows, desk.model(kind)) == 2
    assert "was trained on a file in the reference layout" in capsys.readouterr().err
    assert desk.run(kind, desk.rows, tmp_path / "out") == 0
    assert desk.run(kind, desk.turns, tmp_path / "out") == 2
    assert f"holds no model of stage {STAGES[kind]}" in capsys.readouterr().err
    assert desk.run(kind, desk.rows, tmp_path / "other", "--loss", "cosine") == 2
    assert "--loss is for a file in the reference layout alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("epochs", "fault"), [("5,x", "'x' is no whole number"), ("5,0", "0 is less than 1")]
)
def test_every_number_of_epochs_is_a_whole_one(
    desk: Desk, tmp_path: Path, epochs: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        desk.run(ANSWER_EVALUATOR, desk.turns, tmp_path / "out", "--epochs", epochs)
    assert caught.value.code == 2
    assert fault in capsys.readouterr().err


def test_project_rows_that_name_no_single_point_cannot_be_swept(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # What the sweep of stage 1 is scored on is a validation answer to exactly one point.
    pack = read_pack(desk.root / "packs" / "small", contrasts=True)
    rows = train_answer_evaluator.read_rows(pack, desk.rows).answers
    learned = [row for row in rows if row.split == "train" and row.intent is Intent.ANSWER]
    with pytest.raises(DataError, match="names exactly one point"):
        train_answer_evaluator.score_points(pack, learned, desk.root / "encoder", tmp_path)
