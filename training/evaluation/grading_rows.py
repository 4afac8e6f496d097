"""Reads graded short answers: a question, right answers to it, a student's answer, and its grade.

Columns ``question``, ``reference_answer`` (or ``reference_answers``; several are separated by
``||``), ``student_answer``, and ``score`` or ``label`` or both; others are ignored.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract import VerdictStatus
from training.csv_lines import read_text
from training.errors import DataError

REFERENCES = ("reference_answer", "reference_answers")
SEPARATOR = "||"

# What labels of public grading sets mean as verdicts.
MEANINGS: Mapping[str, VerdictStatus] = {
    **dict.fromkeys(("correct", "right", "true", "yes"), VerdictStatus.COVERED),
    **dict.fromkeys(
        ("partial", "partially_correct", "partially_correct_incomplete", "incomplete"),
        VerdictStatus.PARTIAL,
    ),
    **dict.fromkeys(("contradictory", "contradiction", "wrong"), VerdictStatus.WRONG),
    **dict.fromkeys(
        ("incorrect", "irrelevant", "non_domain", "missing", "false", "no"), VerdictStatus.MISSING
    ),
}
# The grade of a verdict, where a label has to stand for one.
GRADES = {
    VerdictStatus.COVERED: 1.0,
    VerdictStatus.PARTIAL: 0.5,
    VerdictStatus.WRONG: 0.0,
    VerdictStatus.MISSING: 0.0,
}


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """One graded answer.

    Args:
        question: what was asked.
        references: right answers, at least one.
        answer: the student's.
        grade: its score, or what stands for its label; higher is better.
        label: as the file writes it; None where the file has scores alone.
        place: ``file:line`` that it was read from.
    """

    question: str
    references: tuple[str, ...]
    answer: str
    grade: float
    label: str | None
    place: str


def meaning_of(label: str) -> VerdictStatus | None:
    """Return what a label means, None for one that is no known word."""
    return MEANINGS.get(label.strip().casefold().replace(" ", "_").replace("-", "_"))


def number_of(text: str) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_grading(file: Path) -> tuple[GradedAnswer, ...]:
    """Read a file of graded answers.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = [_row(place, cells, faults) for place, cells in _records(file, faults)]
    if not rows and not faults:
        faults.append(f"{file.name}:1: : there are no graded answers here")
    if not faults:
        _note_mixed(rows, faults)
    if faults:
        raise DataError(tuple(faults))
    return tuple(rows)


def _row(place: str, cells: Mapping[str, str], faults: list[str]) -> GradedAnswer:
    column = next(name for name in REFERENCES if name in cells)
    references = tuple(t for t in map(str.strip, cells[column].split(SEPARATOR)) if t)
    for name, value in (("question", cells["question"]), (column, "".join(references))):
        if not value:
            faults.append(f"{place}: {name}: is empty")
    label = cells.get("label")
    return GradedAnswer(
        question=cells["question"],
        references=references,
        answer=cells["student_answer"],
        grade=_grade(place, cells, faults),
        label=label,
        place=place,
    )


def _grade(place: str, cells: Mapping[str, str], faults: list[str]) -> float:
    """Return the score, or what the label stands for."""
    grade = 0.0
    if "label" in cells:
        meaning, number = meaning_of(cells["label"]), number_of(cells["label"])
        if meaning is None and number is None:
            known = ", ".join(MEANINGS)
            faults.append(f"{place}: label: {cells['label']!r} is no number and none of {known}")
        grade = GRADES[meaning] if meaning is not None else (number or 0.0)
    if "score" in cells:
        score = number_of(cells["score"])
        if score is None:
            faults.append(f"{place}: score: {cells['score']!r} is no number")
        grade = score or 0.0
    return grade


def _note_mixed(rows: Sequence[GradedAnswer], faults: list[str]) -> None:
    """Note where labels are words in some rows and numbers in others."""
    words = [row for row in rows if row.label and meaning_of(row.label) is not None]
    numbers = [row for row in rows if row.label and meaning_of(row.label) is None]
    if words and numbers:
        faults.append(
            f"{numbers[0].place}: label: {numbers[0].label!r} is a number, but"
            f" {words[0].label!r} at {words[0].place} is a word"
        )


def _records(file: Path, faults: list[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield ``file:line`` and the cells of each record, noting all that cannot be read."""
    text = read_text(file, faults, "utf-8-sig")
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        columns = [name.strip() for name in next(reader, ())]
        missing = _missing(columns)
        faults += [f"{file.name}:1: {name}: the column is missing" for name in missing]
        begins = reader.line_num + 1
        for cells in () if missing else reader:
            place = f"{file.name}:{begins}"
            begins = reader.line_num + 1
            if len(cells) == len(columns):
                yield place, dict(zip(columns, map(str.strip, cells), strict=True))
            elif cells:
                faults.append(f"{place}: : {len(columns)} cells are needed, not {len(cells)}")
    except csv.Error as error:
        faults.append(f"{file.name}:{begins}: : is not valid CSV: {error}")


def _missing(columns: Sequence[str]) -> list[str]:
    """Return the columns that are needed and not there."""
    found = [name for name in ("question", "student_answer") if name not in columns]
    if not any(name in columns for name in REFERENCES):
        found.append(REFERENCES[0])
    if "score" not in columns and "label" not in columns:
        found.append("score")
    return found
