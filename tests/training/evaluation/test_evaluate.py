"""The evaluate command: what each sub-command reports, writes and refuses."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from engine.artifacts import ANSWER_EVALUATOR, ENCODER
from engine.encoder import SharedEncoder
from tests.support.small_rows import write_small_utterances
from training import evaluate
from training.reference_rows import COLUMNS

RANKED = {"n", "accuracy", "accuracy_legal", "mean_diff", "mse", "mae", "corr"}
RANKED |= {"per_language", "per_topic", "per_kind"}
GRADING_HEAD = ("question", "reference_answer", "student_answer", "label")
GRADED = (
    ("why", "it burns || it is hot", "because it burns", "correct"),
    ("why", "it burns || it is hot", "it is cold", "contradictory"),
    ("how", "with water", "with plenty of water", "correct"),
    ("how", "with water", "penguins", "incorrect"),
)


class Bench(Protocol):
    """What the fixture of this folder offers."""

    root: Path

    def run(self, *words: str | Path) -> int: ...
    def figures(self, *words: str | Path) -> dict[str, Any]: ...
    def file(self, name: str, head: Any, rows: Any) -> Path: ...


def records(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# Everything at once


def test_without_a_sub_command_one_table_of_goals_comes_last(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = bench.figures("--data", bench.root / "rows")
    table = capsys.readouterr().out.strip().split("\n\n")[-1]
    for name in ("credit a point", "F1 on several", "calibration", "among legal", "rejected"):
        assert name in table
    assert {goal["met"] for goal in figures["goals"]} <= {True, False, None}
    assert figures["attacks"]["n"] == 2
    assert figures["answer"]["n"] == 3
    assert set(figures["intents"]["per_intent"]) == {"dont_know"}
    assert figures["question"]["n"] == 2


def test_the_pages_of_a_full_run_stand_on_their_own(bench: Bench, tmp_path: Path) -> None:
    assert bench.run("--data", bench.root / "rows", "--out", tmp_path / "out") == 0
    names = {file.name for file in (tmp_path / "out").iterdir()}
    parts = ("similarities.csv", "accuracy.csv", "errors.csv")
    assert names == {"report.html", *(f"{s}-{p}" for s in ("answer", "question") for p in parts)}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    # A histogram for each stage, and how often a point is covered.
    assert page.count("<svg") == 3
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", page)
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", page)


def test_the_default_voice_stands_in_the_same_table(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows"
    shutil.copytree(bench.root / "rows", rows)
    write_small_utterances(tmp_path / "utterances")
    figures = bench.figures("--data", rows, "--out", tmp_path / "out")
    table = capsys.readouterr().out.strip().split("\n\n")[-1]
    assert "stage 3, accuracy of what is said" in table
    spoken = figures["utterance"]
    assert (spoken["model"], spoken["prompts"], spoken["generations"], spoken["n"]) == (
        "curated",
        2,
        1,
        2,
    )
    goals = {goal["name"]: goal for goal in figures["goals"]}
    assert goals["stage 3, written lines take over"]["value"] == 0
    assert goals["stage 3, accuracy of what is said"]["value"] == spoken["served"]["accuracy"]
    assert goals["judge of utterances, agrees with people"]["n"] == spoken["judge"]["n"] > 0
    assert len(records(tmp_path / "out" / "generations.csv")) == 4
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "stage 3, accuracy of first tries" in page


def test_rows_without_utterances_leave_the_voice_out(bench: Bench) -> None:
    figures = bench.figures("--data", bench.root / "rows")
    assert figures["utterance"] is None
    assert not any("stage 3" in goal["name"] for goal in figures["goals"])


# Stages 1 and 2


@pytest.mark.parametrize("stage", ["answer", "question"])
def test_a_file_in_the_reference_layout_is_read(bench: Bench, stage: str) -> None:
    figures = bench.figures(stage, "--data", bench.root / "turns.csv")
    assert set(figures) >= RANKED
    assert figures["n"] == 4
    assert figures["per_topic"].keys() == {"Greeting", "Loss"}
    assert figures["per_kind"].keys() == {"right", "off", "talk"}
    assert figures["per_language"]["en"]["n"] == 4


def test_a_reply_to_a_greeting_is_right_by_itself(bench: Bench) -> None:
    figures = bench.figures("answer", "--data", bench.root / "turns.csv")
    assert figures["per_topic"]["Greeting"] == {"n": 1, "accuracy": 1.0, "accuracy_legal": 1.0}


def test_the_only_legal_topic_needs_no_choice(bench: Bench) -> None:
    """Points remain, nothing was said, or a greeting: in three of four turns one topic is legal."""
    figures = bench.figures("question", "--data", bench.root / "turns.csv")
    assert figures["per_kind"]["off"]["accuracy_legal"] == 1.0
    assert figures["per_kind"]["talk"]["accuracy_legal"] == 1.0


@pytest.mark.parametrize(
    ("stage", "data", "n"), [("answer", "answers", 3), ("question", "choices.csv", 2)]
)
def test_the_projects_own_rows_are_read(bench: Bench, stage: str, data: str, n: int) -> None:
    figures = bench.figures(stage, "--data", bench.root / "rows" / data)
    assert set(figures) >= RANKED
    assert figures["n"] == n


def test_one_file_of_answers_will_do_and_so_will_another_split(bench: Bench) -> None:
    data = bench.root / "rows" / "answers" / "loss.csv"
    figures = bench.figures("answer", "--data", data, "--split", "all")
    assert figures["n"] == 15
    assert figures["n_points"] == 30
    assert set(figures) >= {"multi_f1", "ece"}


@pytest.mark.parametrize("stage", ["answer", "question"])
def test_a_model_that_learnt_from_a_file_is_evaluated_on_files_like_it(
    bench: Bench, stage: str
) -> None:
    model, data = bench.root / f"learnt-{stage}", bench.root / "learnt.csv"
    figures = bench.figures(stage, "--model", model, "--data", data)
    assert set(figures) >= RANKED
    assert figures["n"] == 36
    # The pack knows nothing of this question, so everything is legal.
    assert figures["accuracy"] == pytest.approx(figures["accuracy_legal"], abs=1e-4)


def test_every_similarity_is_written_down(bench: Bench, tmp_path: Path) -> None:
    figures = bench.figures("answer", "--data", bench.root / "turns.csv", "--out", tmp_path)
    rows = records(tmp_path / "similarities.csv")
    assert len({(row["place"], row["candidate"]) for row in rows}) == len(rows)
    assert sum(int(row["is_label"]) for row in rows) == figures["n"]
    groups = {(row["group"], row["name"]): row for row in records(tmp_path / "accuracy.csv")}
    assert float(groups["all", ""]["accuracy"]) == figures["accuracy"]
    assert groups["topic", "Loss"]["n"] == "3"
    assert len(records(tmp_path / "errors.csv")) == len(figures["wrong"])


def test_a_sweep_beside_the_model_is_drawn(bench: Bench, tmp_path: Path) -> None:
    sweep = bench.root / "learnt-answer" / "sweep.csv"
    sweep.write_text("epochs,accuracy,mean_diff\n5,0.9,0.7\n10,0.95,0.8\n", encoding="utf-8")
    words: list[str | Path] = [
        "answer",
        "--model",
        bench.root / "learnt-answer",
        "--data",
        bench.root / "learnt.csv",
    ]
    assert bench.run(*words, "--out", tmp_path) == 0
    assert "against epochs" in (tmp_path / "report.html").read_text(encoding="utf-8")
    sweep.write_text("epochs,accuracy\nmany,0.9\n", encoding="utf-8")
    assert bench.run(*words) == 2
    sweep.unlink()


# Grading


def test_grading_reports_correlations_and_labels(bench: Bench, tmp_path: Path) -> None:
    data = bench.file("graded.csv", GRADING_HEAD, GRADED)
    figures = bench.figures("grading", "--data", data, "--out", tmp_path)
    assert set(figures) >= {"n", "pearson", "spearman", "pearson_within_question"}
    assert set(figures) >= {"auc_correct", "accuracy", "macro_f1"}
    assert figures["n"] == 4
    assert 0 <= figures["auc_correct"] <= 1
    assert (tmp_path / "report.html").exists()


def test_scores_alone_leave_the_figures_of_labels_empty(bench: Bench) -> None:
    head = (*GRADING_HEAD[:3], "score")
    scores = [(*row[:3], score) for row, score in zip(GRADED, (5, 1.5, 4, 0), strict=True)]
    figures = bench.figures("grading", "--data", bench.file("scored.csv", head, scores))
    assert figures["accuracy"] is None
    assert figures["macro_f1"] is None
    assert figures["pearson"] is not None


# What is refused


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("answer", "--data", "absent.csv"), "absent.csv:1: : cannot be read"),
        (("question", "--data", "absent.csv"), "absent.csv:1: : cannot be read"),
        (("grading", "--data", "absent.csv"), "absent.csv:1: : cannot be read"),
        (("answer", "--model", "nowhere", "--data", "turns.csv"), "manifest.json is missing"),
        (("answer", "--model", "learnt-question", "--data", "learnt.csv"), "stage answer"),
        (("answer", "--model", "learnt-answer", "--data", "turns.csv"), "output_answered"),
    ],
)
def test_what_cannot_be_evaluated_is_named_and_nothing_is_printed(
    bench: Bench, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], fault: str
) -> None:
    placed = [w if w.startswith("--") or i == 0 else bench.root / w for i, w in enumerate(words)]
    assert bench.run(*placed) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("training: ")
    assert fault in printed.err
    assert printed.out == ""


def test_every_unknown_name_of_a_file_is_told_with_its_place(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    head = COLUMNS
    rows = [
        ("Weather", "rain", "", "Rain", "Loss"),
        ("Loss", "a gap", "Nonsense", "Sunshine", "Loss"),
    ]
    data = bench.file("unknown.csv", head, rows)
    assert bench.run("answer", "--data", data) == 2
    told = capsys.readouterr().err
    assert "unknown.csv:2: current_question: 'Weather'" in told
    assert "unknown.csv:3: output_answered: 'Sunshine'" in told
    assert "unknown.csv:3: current_remaining_user_answer: 'Nonsense'" in told


def test_a_report_that_cannot_be_written_is_no_crash(bench: Bench) -> None:
    words: list[str | Path] = ["grading", "--data", bench.file("graded.csv", GRADING_HEAD, GRADED)]
    assert bench.run(*words, "--json", bench.root / "graded.csv" / "below.json") == 2


def test_help_names_the_sub_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("answer", "question", "grading"))


def test_what_is_written_as_json_is_json(bench: Bench, tmp_path: Path) -> None:
    assert bench.run("question", "--data", bench.root / "turns.csv", "--json", tmp_path / "r") == 0
    json.loads((tmp_path / "r").read_text(encoding="utf-8"))


# Speed


def test_folding_an_adapter_into_the_body_changes_no_vector(bench: Bench) -> None:
    """More texts than one batch takes, in an order that is not that of their lengths."""
    encoder = SharedEncoder(bench.root / "weights" / ENCODER, "cpu")
    encoder.add_adapter(bench.root / "weights" / ANSWER_EVALUATOR, ANSWER_EVALUATOR)
    texts = [" ".join(["word"] * (1 + index * 7 % 20)) + f" {index}" for index in range(150)]
    one_by_one = np.concatenate([encoder.encode([text], ANSWER_EVALUATOR) for text in texts])
    plain = encoder.body.encode(texts)
    np.testing.assert_allclose(encoder.encode_many(texts, ANSWER_EVALUATOR), one_by_one, atol=1e-5)
    np.testing.assert_allclose(encoder.encode(texts, ANSWER_EVALUATOR), one_by_one, atol=1e-5)
    np.testing.assert_allclose(encoder.body.encode(texts), plain, atol=1e-5)
