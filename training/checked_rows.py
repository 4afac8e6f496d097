"""Reads utterances that people have judged: what is wrong with each, by the kinds of the checks.

``dataset/utterance_checks`` holds turns as ``dataset/utterances`` does, with an utterance, good or
bad, and its faults. Whoever improves the checks looks at ``validation.csv``; the figures come from
``test.csv``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceFault
from training.csv_lines import Line, read_lines
from training.errors import DataError
from training.utterance_prompts import turn_of
from training.utterance_rows import UtteranceRow

CHECKED = Path(__file__).resolve().parents[1] / "dataset" / "utterance_checks"
COLUMNS = (
    "topic",
    "locale",
    "style",
    "question",
    "answer",
    "outcome",
    "covered",
    "next_topic",
    "utterance",
    "faults",
)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One utterance that somebody has judged.

    Args:
        turn: what it was phrased from.
        utterance: the text.
        faults: what is wrong with it; empty if it may be said.
        place: ``file:line`` that it was read from.
    """

    turn: SpokenTurn
    utterance: str
    faults: frozenset[UtteranceFault]
    place: str


def read_checked(file: Path, pack: QuestionPack) -> tuple[CheckedRow, ...]:
    """Read one file.

    Args:
        file: with the columns `COLUMNS`.
        pack: the pack that its turns belong to.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = tuple(row for line in read_lines(file, COLUMNS, faults) for row in _row(line, pack))
    if faults:
        raise DataError(tuple(faults))
    return rows


def _row(line: Line, pack: QuestionPack) -> Iterator[CheckedRow]:
    found = line.ids("faults")
    known = frozenset(fault for fault in UtteranceFault if fault in found)
    if len(known) < len(found):
        kinds = ", ".join(UtteranceFault)
        line.fault("faults", f"{line.values['faults']!r} holds more than {kinds}")
    row = UtteranceRow(
        topic=line.filled("topic"),
        family="",
        locale=line.locale(),
        style=line.member("style", Style, Style.PLAIN),
        question=line.values["question"],
        answer=line.values["answer"],
        outcome=line.member("outcome", Outcome, Outcome.OPENING),
        covered=line.ids("covered"),
        next_topic=line.filled("next_topic"),
        utterance=line.values["utterance"],
        place=line.place,
    )
    unknown = [name for name in ("topic", "next_topic") if getattr(row, name) not in pack]
    for name in unknown:
        line.fault(name, f"{getattr(row, name)!r} is no topic of {pack.id}")
    if not unknown and row.locale in pack.locales:
        yield CheckedRow(turn_of(row, pack), row.utterance, known, row.place)
