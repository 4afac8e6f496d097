"""Reads labelled turns in the reference layout: one CSV for stages 1 and 2.

The columns ``current_question``, ``user_input``, ``current_remaining_user_answer``,
``output_answered`` and ``output_next_question`` must be there; ``kind`` and ``locale`` (or
``language``) are read if they are, and all others are ignored. UTF-8, with or without a byte order
mark. Rows without a ``user_input`` open an interview and are skipped.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from training.errors import DataError

COLUMNS = (
    "current_question",
    "user_input",
    "current_remaining_user_answer",
    "output_answered",
    "output_next_question",
)
LANGUAGE_COLUMNS = ("locale", "language")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
# What bytes that are not UTF-8 are read as, so that the cell that holds them can be named.
_UNDECODED = re.compile(r"[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One labelled turn.

    Args:
        current_question: what was asked.
        user_input: what the user wrote; never empty.
        remaining: the answers still open after this turn, as the layout writes them.
        answered: the label of stage 1.
        next_question: the label of stage 2.
        language: as the file gives it, otherwise ``ko`` where there is Hangul and ``en`` elsewhere.
        kind: how the answer was written, where the file says so; empty otherwise.
        place: ``file:line`` where the row begins.
    """

    current_question: str
    user_input: str
    remaining: str
    answered: str
    next_question: str
    language: str
    kind: str
    place: str


class Stage(StrEnum):
    """What is decided of a row."""

    ANSWER = "answer"
    QUESTION = "question"

    @property
    def column(self) -> str:
        """The column of the label."""
        return "output_answered" if self is Stage.ANSWER else "output_next_question"

    def label(self, row: ReferenceRow) -> str:
        """Return what the stage should choose."""
        return row.answered if self is Stage.ANSWER else row.next_question

    def text(self, row: ReferenceRow) -> str:
        """Return what the stage reads of a row."""
        seen = f"{row.current_question} | {row.user_input}"
        return seen if self is Stage.ANSWER else f"{seen} | {row.remaining}"


def read_reference(
    file: Path, stages: Collection[Stage] = tuple(Stage)
) -> tuple[ReferenceRow, ...]:
    """Read every row that has a user input.

    Args:
        file: a CSV in the reference layout.
        stages: whose labels must be filled.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = tuple(_rows(file, [stage.column for stage in stages], faults))
    if not rows and not faults:
        faults.append(f"{file.name}:1: user_input: is filled in no row")
    if faults:
        raise DataError(tuple(faults))
    return rows


def candidates_of(rows: Sequence[ReferenceRow], stage: Stage) -> tuple[str, ...]:
    """Return all distinct labels of a stage, in order of appearance.

    Raises:
        DataError: there is only one, so that there is nothing to learn.
    """
    found = tuple(dict.fromkeys(stage.label(row) for row in rows))
    if len(found) < 2:
        raise DataError((f"{rows[0].place}: {stage.column}: all rows have the label {found[0]!r}",))
    return found


def check_labels(rows: Sequence[ReferenceRow], stage: Stage, candidates: Collection[str]) -> None:
    """Make sure that a model can give the right answer to every row.

    Args:
        rows: what the model is to be scored on.
        stage: whose labels to check.
        candidates: all labels that the model knows.

    Raises:
        DataError: a row has a label that is none of them.
    """
    faults = tuple(
        f"{row.place}: {stage.column}: {stage.label(row)!r} is none of the {len(candidates)} labels"
        " that the model was trained on"
        for row in rows
        if stage.label(row) not in candidates
    )
    if faults:
        raise DataError(faults)


def _rows(file: Path, labels: Sequence[str], faults: list[str]) -> Iterator[ReferenceRow]:
    """Yield the usable rows, noting every fault."""
    for place, cells in records(file, COLUMNS, faults):
        if not cells["user_input"]:
            continue
        for column in ("current_question", *labels):
            if not cells[column]:
                faults.append(f"{place}: {column}: is empty")
        language = next((cells[name] for name in LANGUAGE_COLUMNS if cells.get(name)), "")
        question, said, remaining, answered, following = (cells[column] for column in COLUMNS)
        yield ReferenceRow(
            current_question=question,
            user_input=said,
            remaining=remaining,
            answered=answered,
            next_question=following,
            language=language.lower() or language_of(said),
            kind=cells.get("kind", ""),
            place=place,
        )


def records(
    file: Path, required: Sequence[str], faults: list[str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield ``file:line`` and the cells of each record that has as many as there are columns.

    Args:
        file: a CSV in the reference layout.
        required: columns that must be there.
        faults: the list that faults are noted in.
    """
    reader = csv.reader(io.StringIO(_text_of(file, faults), newline=""), strict=True)
    begins = 1
    try:
        columns = [name.strip() for name in next(reader, ())]
        if faults or not _has_columns(file, columns, required, faults):
            return
        begins = reader.line_num + 1
        for cells in reader:
            place = f"{file.name}:{begins}"
            begins = reader.line_num + 1
            broken = [c for c, cell in zip(columns, cells, strict=False) if _UNDECODED.search(cell)]
            if broken:
                faults.append(f"{place}: {broken[0]}: is not UTF-8 text")
                return  # so will be what follows
            if len(cells) == len(columns):
                cleaned = (unicodedata.normalize("NFC", cell).strip() for cell in cells)
                yield place, dict(zip(columns, cleaned, strict=True))
            elif cells:
                last = columns[min(len(cells), len(columns)) - 1]
                faults.append(f"{place}: {last}: {len(columns)} cells are needed, not {len(cells)}")
    except csv.Error as error:
        faults.append(f"{file.name}:{begins}: : is not valid CSV: {error}")


def _text_of(file: Path, faults: list[str]) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        faults.append(f"{file.name}:1: : cannot be read: {error.strerror}")
        return ""


def _has_columns(
    file: Path, columns: Sequence[str], required: Sequence[str], faults: list[str]
) -> bool:
    """Tell whether the head will do, noting what will not."""
    if any(_UNDECODED.search(name) for name in columns):
        faults.append(f"{file.name}:1: : is not UTF-8 text")
    elif not columns:
        faults.append(f"{file.name}:1: : is empty")
    else:
        counted = Counter(columns)
        faults += [f"{file.name}:1: {c}: the column is missing" for c in required if not counted[c]]
        faults += [
            f"{file.name}:1: {name}: the column stands there {times} times"
            for name, times in counted.items()
            if times > 1 and name
        ]
    return not faults


def language_of(text: str) -> str:
    """Return ``ko`` where there is Hangul and ``en`` elsewhere."""
    return "ko" if _HANGUL.search(text) else "en"
