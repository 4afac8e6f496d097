"""Cross-validation sets the trained model beside its rivals, on the same folds."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from tests.support.reference_file import reference_rows, write_reference
from tests.support.tiny_encoder import write_tiny_encoder
from training import cross_validate
from training.adapters import AdapterSettings
from training.candidate_model import CandidateModel, Choice, encoder_of
from training.reference_rows import ReferenceRow


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("base") / "encoder")


@pytest.fixture(autouse=True)
def tiny_original(tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The original MiniLM is slow; any plain transformer does for these tests."""
    monkeypatch.setattr(cross_validate, "bundled_base", lambda: str(tiny_base))


def run(base: Path, data: Path, out: Path, *more: str) -> int:
    words = ["--data", data, "--base", base, "--out", out, "--folds", 2, "--epochs", 1, *more]
    return cross_validate.main([str(word) for word in words])


def table(out: Path) -> list[dict[str, str]]:
    with (out / "table.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_stage_and_model_has_a_line(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_reference(tmp_path / "turns.csv")
    assert run(base, data, tmp_path / "out") == 0
    lines = table(tmp_path / "out")
    assert [line["stage"] for line in lines] == ["answer"] * 4 + ["question"] * 4
    assert [line["model"] for line in lines[:4]] == [
        "character n-grams, linear SVM",
        "all-MiniLM-L6-v2, untrained",
        "our encoder, untrained",
        "S-BERT, 1 epochs",
    ]
    assert {line["n"] for line in lines} == {"36"}, "every row is tested once"
    assert all(0 <= float(line["accuracy"]) <= 1 for line in lines)
    assert [line["mean_diff"] == "" for line in lines[:4]] == [True, False, False, False]
    assert float(lines[0]["accuracy"]) == 1, "the words of these rows give the label away"
    printed = capsys.readouterr().out
    assert all(line["model"] in printed and line["accuracy"] in printed for line in lines)


def test_no_row_is_tested_by_a_model_that_learnt_it(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folds: list[tuple[set[str], set[str]]] = []

    class Listening(CandidateModel):
        """Notes what it is asked."""

        def similarities(self, texts: Sequence[str]) -> FloatArray:
            folds[-1][1].update(texts)
            return super().similarities(texts)

    def learn(
        body: SentenceTransformer,
        rows: Sequence[ReferenceRow],
        choice: Choice,
        settings: AdapterSettings,
    ) -> CandidateModel:
        folds.append(({choice.stage.text(row) for row in rows}, set()))
        return Listening.of(choice.stage, choice.candidates, encoder_of(body))

    monkeypatch.setattr(cross_validate, "learn_candidates", learn)
    data = write_reference(tmp_path / "turns.csv")
    assert run(base, data, tmp_path / "out", "--stage", "answer") == 0
    assert len(folds) == 2
    for learnt, tested in folds:
        assert len(tested) == 18
        assert not learnt & tested
        assert len(learnt | tested) == 36


def test_rows_of_a_rare_label_are_learnt_but_not_tested(base: Path, tmp_path: Path) -> None:
    rare = {**reference_rows()[1], "user_input": "bye now", "output_answered": "rare"}
    data = write_reference(tmp_path / "turns.csv", [*reference_rows(), rare])
    assert run(base, data, tmp_path / "out", "--stage", "answer") == 0
    assert {line["n"] for line in table(tmp_path / "out")} == {"36"}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (reference_rows()[:1], "turns.csv:1: user_input: is filled in no row"),
        (reference_rows()[:2], "turns.csv:3: output_answered: all rows have the label 'colour'"),
        (reference_rows()[:3], "turns.csv:3: output_answered: no label has as many rows as there"),
    ],
)
def test_rows_that_cannot_be_folded_are_refused(
    base: Path,
    tmp_path: Path,
    rows: list[dict[str, str]],
    fault: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = write_reference(tmp_path / "turns.csv", rows)
    assert run(base, data, tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith(f"training: {fault}")
    assert not (tmp_path / "out").exists()


def test_a_fold_alone_is_no_validation(base: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        run(base, tmp_path, tmp_path, "--folds", "1")
    assert caught.value.code == 2
