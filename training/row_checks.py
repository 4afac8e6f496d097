"""Checks labelled rows against the question pack that they were written for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from engine.questions import QuestionPack, Topic
from training.errors import DataError
from training.rows import AnswerRow, ChoiceRow, IntentRow, Split, normalised


def check_answers(rows: Iterable[AnswerRow], pack: QuestionPack) -> None:
    """Check that answers name topics and points of their pack, and repeat none of its texts.

    A row that equals a reference or wrong answer would be judged by remembering, not by meaning.

    Raises:
        DataError: with every fault, each as ``file:line: column: what``.
    """
    faults: list[str] = []
    written = {topic.id: _written_answers(topic) for topic in pack if topic.kind.judged}
    for row in rows:
        if row.topic not in written:
            faults.append(f"{row.place}: topic: {row.topic!r} is no judged topic of {pack.id}")
            continue
        if row.locale not in pack.locales:
            faults.append(f"{row.place}: locale: {pack.id} is not written in {row.locale!r}")
        points = pack.topic(row.topic).point_ids
        faults.extend(
            f"{row.place}: {column}: {point!r} is none of {', '.join(points)}"
            for column, labels in row.labels.items()
            for point in labels
            if point not in points
        )
        if normalised(row.answer) in written[row.topic]:
            faults.append(f"{row.place}: answer: the pack holds the same text")
    if faults:
        raise DataError(tuple(faults))


def check_choices(rows: Iterable[ChoiceRow], pack: QuestionPack) -> None:
    """Check that choices name topics of their pack that may follow one another.

    Raises:
        DataError: with every fault, each as ``file:line: column: what``.
    """
    faults: list[str] = []
    for row in rows:
        if row.locale not in pack.locales:
            faults.append(f"{row.place}: locale: {pack.id} is not written in {row.locale!r}")
        if row.topic not in pack:
            faults.append(f"{row.place}: topic: {row.topic!r} is no topic of {pack.id}")
        elif row.next_topic not in pack.topic(row.topic).next:
            legal = ", ".join(pack.topic(row.topic).next) or "none"
            faults.append(f"{row.place}: next_topic: {row.next_topic!r} is none of {legal}")
    if faults:
        raise DataError(tuple(faults))


def check_splits(rows: Iterable[AnswerRow | IntentRow | ChoiceRow], place: str) -> None:
    """Check that there are rows to learn from, to choose thresholds by and to score on.

    Args:
        rows: the rows.
        place: the file or folder that they were read from, for the fault.

    Raises:
        DataError: a split is empty.
    """
    found = {row.split for row in rows}
    empty = [split for split in get_args(Split) if split not in found]
    if empty:
        raise DataError(tuple(f"{place}:1: family: no family falls in {s}" for s in empty))


def _written_answers(topic: Topic) -> frozenset[str]:
    """Return the reference and wrong answers of a topic, normalised."""
    references = [a for p in topic.points for texts in p.references.values() for a in texts]
    wrong = [a.answer for p in topic.points for texts in p.wrong.values() for a in texts]
    return frozenset(normalised(answer) for answer in (*references, *wrong))
