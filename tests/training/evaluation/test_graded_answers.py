"""Graded answers: what is read, what is refused, and figures that can be done by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract import VerdictStatus
from tests.support.stage_one import WordEncoder, WordVerifier, plain_policies
from training.errors import DataError
from training.evaluation.grading import Graded, grade
from training.evaluation.grading_rows import GradedAnswer, read_grading
from training.evaluation.grading_scores import grading_figures, predicted_labels

HEAD = "question,reference_answer,student_answer"


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "graded.csv"
    file.write_bytes(text.encode(encoding))
    return file


def faults_of(file: Path) -> tuple[str, ...]:
    with pytest.raises(DataError) as raised:
        read_grading(file)
    return raised.value.faults


def answer(label: str | None = None, grade: float = 0.0, question: str = "q") -> GradedAnswer:
    return GradedAnswer(question, ("right",), "said", grade, label, "graded.csv:2")


def graded(*probabilities: tuple[float, float, float, float]) -> Graded:
    rows = np.array(probabilities, dtype=np.float32)
    return Graded(rows, np.zeros(len(rows), dtype=np.float32))


# Reading


def test_several_right_answers_stand_in_one_cell(tmp_path: Path) -> None:
    file = write(tmp_path, f"{HEAD},label,score\nwhy,it burns || it is hot,fire,correct,4.5\n")
    assert read_grading(file) == (
        GradedAnswer("why", ("it burns", "it is hot"), "fire", 4.5, "correct", "graded.csv:2"),
    )


def test_a_label_stands_for_a_grade_where_there_is_no_score(tmp_path: Path) -> None:
    labels = (
        "correct",
        "partially_correct_incomplete",
        "contradictory",
        "irrelevant",
        "non_domain",
    )
    head = HEAD.replace("reference_answer", "reference_answers")
    lines = "".join(f"why,because,said {label},{label}\n" for label in labels)
    rows = read_grading(write(tmp_path, f"\ufeff{head},label\n{lines}"))
    assert [row.grade for row in rows] == [1.0, 0.5, 0.0, 0.0, 0.0]


def test_all_faults_are_told_with_line_and_column(tmp_path: Path) -> None:
    text = f"{HEAD},score\n,a,b,1\nwhy,,b,2\nwhy,a,b,many\nwhy,a\n"
    assert faults_of(write(tmp_path, text)) == (
        "graded.csv:2: question: is empty",
        "graded.csv:3: reference_answer: is empty",
        "graded.csv:4: score: 'many' is no number",
        "graded.csv:5: : 4 cells are needed, not 2",
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("question,student_answer\n", "graded.csv:1: reference_answer: the column is missing"),
        (f"{HEAD}\n", "graded.csv:1: score: the column is missing"),
        (f"{HEAD},label\n", "graded.csv:1: : there are no graded answers here"),
        (f"{HEAD},label\nwhy,a,b,splendid\n", "graded.csv:2: label: 'splendid' is no number"),
        (f"{HEAD},label\nwhy,a,b,correct\nwhy,a,c,3\n", "graded.csv:3: label: '3' is a number"),
        (f"{HEAD},score\nwhy,a,b,nan\n", "graded.csv:2: score: 'nan' is no number"),
    ],
)
def test_what_will_not_do_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(write(tmp_path, text)))


def test_another_encoding_is_refused_by_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, f"{HEAD},score\nwhy,a,b,1\n왜,a,b,2\n", "cp949")
    assert faults_of(file) == ("graded.csv:3: : is not UTF-8 text",)


# Grading


def test_the_verifier_reads_the_nearest_right_answers_and_grades() -> None:
    verifier = WordVerifier({"why": {"burns": VerdictStatus.COVERED, "hot": VerdictStatus.PARTIAL}})
    rows = [
        GradedAnswer("why", ("ice", "it burns well", "it burns"), text, 0.0, None, "")
        for text in ("it burns", "so hot", "penguins")
    ]
    found = grade(WordEncoder(), verifier, plain_policies(), rows)
    first, second, third = found.grades
    assert first > second > third
    assert found.cosine[0] == pytest.approx(1.0)
    assert verifier.calls[0][0][0] == "why | it burns | it burns well"


# Figures


def test_labels_that_a_file_lacks_lend_their_probability_to_the_next_best() -> None:
    """Partly right and contradicting are both incorrect where there are two labels only."""
    rows = [answer("correct"), answer("incorrect")]
    assert predicted_labels(rows, graded((0.4, 0.3, 0.2, 0.1), (0.6, 0.2, 0.1, 0.1))) == [
        "incorrect",
        "correct",
    ]
    three = [answer(label) for label in ("correct", "contradictory", "incorrect")]
    probabilities = graded((0.3, 0.3, 0.4, 0.0), (0.2, 0.3, 0.35, 0.15), (1, 0, 0, 0))
    assert predicted_labels(three, probabilities) == ["contradictory", "incorrect", "correct"]


def test_numbers_as_labels_share_the_range_of_grades() -> None:
    rows = [answer(label) for label in ("0", "1", "2")]
    probabilities = graded((0.9, 0, 0, 0.1), (0.5, 0, 0, 0.5), (0.1, 0, 0, 0.9))
    assert predicted_labels(rows, probabilities) == ["2", "1", "0"]


def test_telling_easy_questions_from_hard_ones_earns_nothing_within_questions() -> None:
    """Between questions the grades agree, within each they are the wrong way round."""
    rows = [answer(grade=g, question=q) for g, q in ((5, "a"), (4, "a"), (1, "b"), (0, "b"))]
    probabilities = graded(*((p, 0, 0, 1 - p) for p in (0.8, 0.9, 0.1, 0.2)))
    figures = grading_figures(rows, probabilities)
    assert figures["pearson"] > 0.9
    assert figures["pearson_within_question"] == pytest.approx(-1.0)
    assert figures["auc_correct"] == 1.0
    assert figures["accuracy"] is None


def test_agreement_with_labels_is_counted() -> None:
    rows = [answer("correct", 1.0), answer("incorrect"), answer("incorrect")]
    probabilities = graded((0.9, 0, 0, 0.1), (0.2, 0, 0, 0.8), (0.8, 0, 0, 0.2))
    figures = grading_figures(rows, probabilities)
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2, abs=1e-4)
    assert figures["auc_correct"] == 1.0


def test_what_is_all_the_same_correlates_with_nothing() -> None:
    figures = grading_figures(
        [answer(grade=1.0), answer(grade=1.0)], graded((1, 0, 0, 0), (0, 0, 0, 1))
    )
    assert figures["pearson"] is None
    assert figures["auc_correct"] is None
