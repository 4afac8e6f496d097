"""Reads the labelled utterances that the voice of the interviewer is learnt from.

``dataset/utterances/<topic>.csv`` holds turns: what was asked, what was answered, what came of it,
which topic is asked next, and what the interviewer says. Every reader lists all faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.korean_politeness import politeness
from engine.outcomes import Outcome, Style
from engine.questions import QuestionPack
from engine.utterance_format import format_faults
from training.csv_lines import read_lines
from training.errors import DataError
from training.rows import Split, split_of

COLUMNS = (
    "family",
    "locale",
    "style",
    "question",
    "answer",
    "outcome",
    "covered",
    "next_topic",
    "utterance",
)
_HANGUL = re.compile(r"[가-힣]")

STYLES = {"ko": (Style.BANMAL, Style.JONDAETMAL), "en": (Style.PLAIN,)}
CREDITING = frozenset({Outcome.COVERED, Outcome.SEVERAL, Outcome.HEDGED, Outcome.MIXED})


@dataclass(frozen=True, slots=True)
class UtteranceRow:
    """One turn with what the interviewer says.

    Args:
        topic: id of the topic that was asked.
        family: wordings of one situation share it; splits are drawn per family.
        locale: ``ko`` or ``en``.
        style: how the interviewer speaks.
        question: what was asked; empty for an opening.
        answer: what was typed; empty for an opening.
        outcome: what came of it.
        covered: ids of the points that were credited.
        next_topic: id of the topic asked next, or the same one.
        utterance: what the interviewer says.
        place: ``file:line`` that it was read from.
    """

    topic: str
    family: str
    locale: str
    style: Style
    question: str
    answer: str
    outcome: Outcome
    covered: tuple[str, ...]
    next_topic: str
    utterance: str
    place: str = field(default="", compare=False)

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.family, self.topic)


def read_utterances(place: Path) -> tuple[UtteranceRow, ...]:
    """Read all files of a folder.

    Args:
        place: the folder, which holds ``<topic>.csv``, or one of these files.

    Raises:
        DataError: with every fault of all files.
    """
    faults: list[str] = []
    files = [place] if place.is_file() else sorted(place.glob("*.csv"))
    rows = tuple(row for file in files for row in _rows(file, faults))
    if not rows and not faults:
        faults.append(f"{place.name}:1: there is no row in it")
    if faults:
        raise DataError(tuple(faults))
    return rows


def check_utterances(rows: tuple[UtteranceRow, ...], pack: QuestionPack) -> None:
    """Check that utterances may be said, and go with their pack.

    Raises:
        DataError: with every fault, each as ``file:line: column: what``.
    """
    faults = [f"{row.place}: {fault}" for row in rows for fault in _faults(row, pack)]
    if faults:
        raise DataError(tuple(faults))


def _rows(file: Path, faults: list[str]) -> Iterator[UtteranceRow]:
    for line in read_lines(file, COLUMNS, faults):
        outcome = line.member("outcome", Outcome, Outcome.OPENING)
        opening = outcome is Outcome.OPENING
        yield UtteranceRow(
            topic=file.stem,
            family=line.family(),
            locale=line.locale(),
            style=line.member("style", Style, Style.PLAIN),
            question=line.values["question"] if opening else line.filled("question"),
            answer=line.values["answer"] if opening else line.filled("answer"),
            outcome=outcome,
            covered=tuple(filter(None, line.values["covered"].split(";"))),
            next_topic=line.filled("next_topic"),
            utterance=line.filled("utterance"),
            place=line.place,
        )


def _faults(row: UtteranceRow, pack: QuestionPack) -> Iterator[str]:
    if row.topic not in pack:
        yield f"topic: {row.topic!r} is no topic of {pack.id}"
        return
    topic = pack.topic(row.topic)
    if row.next_topic not in (row.topic, *topic.next):
        yield f"next_topic: {row.next_topic!r} may not follow"
    unknown = [point for point in row.covered if point not in topic.point_ids]
    if unknown:
        yield f"covered: {', '.join(unknown)} is no point of the topic"
    if topic.kind.judged and bool(row.covered) != (row.outcome in CREDITING):
        yield f"covered: does not go with the outcome {row.outcome}"
    if row.style not in STYLES[row.locale]:
        yield f"style: {row.style} is not spoken in {row.locale}"
    for fault in format_faults(row.utterance):
        yield f"utterance: {fault}"
    if bool(_HANGUL.search(row.utterance)) != (row.locale == "ko"):
        yield "utterance: is in another language"
    polite = politeness(row.utterance) if row.locale == "ko" else ()
    if any(polite) and row.style is Style.BANMAL:
        yield "utterance: a sentence ends politely"
    if polite and not all(polite) and row.style is Style.JONDAETMAL:
        yield "utterance: a sentence does not end politely"
