"""Reads files in the reference layout as turns of the voice, with what the interviewer said.

Columns ``current_question``, ``user_input``, ``output_answered`` and ``output_next_question`` must
be there. What the interviewer said stands in one of `UTTERANCE_COLUMNS`; the points still open in
``current_remaining_user_answer`` and the language in ``locale`` or ``language``, where the file has
them. Topics and points that the pack knows are put in its words, all others stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, Topic, TopicKind
from training.errors import DataError
from training.evaluation.labels import (
    ALL_DONE,
    FAILED,
    TERM,
    PackLabels,
    point_named,
    points_listed,
)
from training.reference_rows import LANGUAGE_COLUMNS, language_of, records

COLUMNS = ("current_question", "user_input", "output_answered", "output_next_question")
REMAINING = "current_remaining_user_answer"
UTTERANCE_COLUMNS = ("output_data", "output_utterance", "utterance")
# The layout may begin a message with the name of the point that was asked for, in brackets.
_TAG = re.compile(r"\A\s*\[[^\]]*\]\s*")


@dataclass(frozen=True, slots=True)
class ReferenceUtterance:
    """One row.

    Args:
        turn: what the utterance is phrased from.
        utterance: what the interviewer said; empty where the file does not say it.
        place: ``file:line`` where the row begins.
        topic: id of the topic that was asked; empty where the pack does not know it.
        next_topic: the same of the one that is asked next.
    """

    turn: SpokenTurn
    utterance: str
    place: str
    topic: str = ""
    next_topic: str = ""


def read_reference_utterances(
    file: Path, pack: QuestionPack, *, spoken: bool
) -> tuple[ReferenceUtterance, ...]:
    """Read every row.

    Args:
        file: a CSV in the reference layout.
        pack: the pack that it is about.
        spoken: whether every row must say what the interviewer said.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = tuple(_rows(file, pack, faults, spoken=spoken))
    if not rows and not faults:
        faults.append(f"{file.name}:1: there is no row in it")
    if faults:
        raise DataError(tuple(faults))
    return rows


def _rows(
    file: Path, pack: QuestionPack, faults: list[str], *, spoken: bool
) -> Iterator[ReferenceUtterance]:
    labels = PackLabels(pack)
    for place, cells in records(file, COLUMNS, faults):
        said = next((cells[name] for name in UTTERANCE_COLUMNS if cells.get(name)), "")
        if spoken and not said:
            faults.append(f"{place}: {' or '.join(UTTERANCE_COLUMNS)}: is missing or empty")
        for column in ("current_question", "output_answered"):
            if cells["user_input"] and not cells[column]:
                faults.append(f"{place}: {column}: is empty")
        if not cells["output_next_question"]:
            faults.append(f"{place}: output_next_question: is empty")
        topic = labels.topic(cells["current_question"]) if cells["user_input"] else None
        follows = labels.topic(cells["output_next_question"])
        yield ReferenceUtterance(
            turn=_turn(cells, said, topic, follows),
            utterance=said,
            place=place,
            topic=topic.id if topic else "",
            next_topic=follows.id if follows else "",
        )


def _turn(
    cells: Mapping[str, str], said: str, topic: Topic | None, follows: Topic | None
) -> SpokenTurn:
    named = (
        next((cells[name] for name in LANGUAGE_COLUMNS if cells.get(name)), "")
        .lower()
        .split("-")[0]
    )
    locale = named or language_of(said or cells["user_input"] or cells["output_next_question"])
    credited, still_open = _points(cells, topic, locale)
    return SpokenTurn(
        locale=locale,
        style=Style.BANMAL if locale == "ko" else Style.PLAIN,
        outcome=_outcome(cells, topic, follows),
        question=_asked(topic, locale) or cells["current_question"] if cells["user_input"] else "",
        answer=_TAG.sub("", cells["user_input"], count=1),
        credited=credited,
        still_open=still_open,
        next_title=_title(follows, locale) or cells["output_next_question"],
        next_question=_asked(follows, locale),
    )


def _outcome(cells: Mapping[str, str], topic: Topic | None, follows: Topic | None) -> Outcome:
    """Return what came of a message, as far as the layout says it.

    A failed answer may be wrong or say nothing; the layout has one label for both.
    """
    answered = cells["output_answered"]
    if not cells["user_input"]:
        return Outcome.OPENING
    if follows is not None and follows.kind is TopicKind.END:
        return Outcome.CLOSING
    if answered == TERM:
        return Outcome.TERM_QUESTION
    if answered == FAILED:
        return Outcome.MISSING
    if topic is not None and not topic.kind.judged:
        return Outcome.SMALL_TALK
    return Outcome.COVERED


def _points(
    cells: Mapping[str, str], topic: Topic | None, locale: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the points that the answer earned, and of those still open."""
    answered, listed = cells["output_answered"], cells.get(REMAINING)
    if topic is not None and not topic.kind.judged:
        return (), ()
    failed = answered in ("", FAILED, TERM)
    if topic is None:
        left = listed if listed not in (None, ALL_DONE) else ""
        still_open = tuple(part.strip() for part in left.split(",") if part.strip())
        return (() if failed else (answered,)), still_open
    earned = None if failed else point_named(topic, answered)
    others = tuple(point for point in topic.point_ids if point != earned)
    ids = others if listed is None else points_listed(topic, listed) or ()
    names = {point.id: point.name.get(locale, point.id) for point in topic.points}
    credited = (names[earned],) if earned else () if failed else (answered,)
    return credited, tuple(names[point] for point in ids)


def _title(topic: Topic | None, locale: str) -> str:
    return topic.title.get(locale, "") if topic else ""


def _asked(topic: Topic | None, locale: str) -> str:
    return next(iter(topic.question.get(locale, ())), "") if topic else ""
