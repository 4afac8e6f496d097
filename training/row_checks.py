"""Checks labelled rows against the question pack that they were written for."""

from __future__ import annotations

from collections.abc import Iterable

from engine.questions import QuestionPack, Topic
from training.errors import DataError
from training.rows import AnswerRow, ChoiceRow, normalised


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
        if row.topic not in pack:
            faults.append(f"{row.place}: topic: {row.topic!r} is no topic of {pack.id}")
        elif row.next_topic not in pack.topic(row.topic).next:
            legal = ", ".join(pack.topic(row.topic).next) or "none"
            faults.append(f"{row.place}: next_topic: {row.next_topic!r} is none of {legal}")
    if faults:
        raise DataError(tuple(faults))


def _written_answers(topic: Topic) -> frozenset[str]:
    """Return the reference and wrong answers of a topic, normalised."""
    references = [a for p in topic.points for texts in p.references.values() for a in texts]
    wrong = [a.answer for p in topic.points for texts in p.wrong.values() for a in texts]
    return frozenset(normalised(answer) for answer in (*references, *wrong))
