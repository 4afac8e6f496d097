"""Rows of the reference layout as turns of the bot: what was open, what it may judge and choose.

The layout lists the points that remain *after* a turn; those that were open before it are these
and the one that the turn answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.contract import Intent, Mode, PackRef, PointVerdict, TurnRequest, VerdictStatus
from engine.ports import Evaluation
from engine.questions import QuestionPack, Topic, TopicKind
from training.errors import DataError
from training.evaluation.labels import (
    FAILED,
    TERM,
    PackLabels,
    point_named,
    points_listed,
    shown,
    talk_labels,
)
from training.reference_rows import ReferenceRow

# The layout may begin a message with the name of the point that was asked for, in brackets.
_TAG = re.compile(r"\s*\[([^\]]*)\]\s*")


@dataclass(frozen=True, slots=True)
class Turn:
    """A row with what it means for a pack.

    Args:
        row: the row.
        topic: what it replies to.
        text: the message without its tag.
        point_id: the answer point that it covers; None for one that covers none.
        open_points: the points open before it.
        remaining: the points that the row says are open after it.
        label: the label of stage 1, as `PackLabels` shows it; empty where it was not asked for.
        next_label: the same of stage 2.
    """

    row: ReferenceRow
    topic: Topic
    text: str
    point_id: str | None
    open_points: tuple[str, ...]
    remaining: tuple[str, ...]
    label: str
    next_label: str


def read_turns(rows: Sequence[ReferenceRow], pack: QuestionPack) -> tuple[Turn, ...]:
    """Relate rows to a pack.

    Args:
        rows: rows of one file.
        pack: the pack that they are about.

    Raises:
        DataError: with every topic, label and point that the pack does not know.
    """
    labels = PackLabels(pack)
    faults: list[str] = []
    turns = [_turn(row, labels, faults) for row in rows]
    if faults:
        raise DataError(tuple(faults))
    return tuple(turn for turn in turns if turn is not None)


def _turn(row: ReferenceRow, labels: PackLabels, faults: list[str]) -> Turn | None:
    topic = labels.topic(row.current_question)
    if topic is None:
        faults.append(
            f"{row.place}: current_question: {row.current_question!r} is the title of no topic"
        )
        return None
    label = labels.answer(row.answered, topic) if row.answered else ""
    following = labels.question(row.next_question) if row.next_question else ""
    remaining = points_listed(topic, row.remaining)
    for column, value, read in (
        ("output_answered", row.answered, label),
        ("output_next_question", row.next_question, following),
        ("current_remaining_user_answer", row.remaining, remaining),
    ):
        if read is None:
            faults.append(f"{row.place}: {column}: {value!r} is not known to the pack")
    tag = _TAG.match(row.user_input)
    point_id = point_named(topic, row.answered)
    # Files that list what was open before the turn name the answered point too.
    left = tuple(p for p in remaining or () if p != point_id)
    before = [p for p in topic.point_ids if p == point_id or p in left] or topic.point_ids
    asked = point_named(topic, tag[1]) if tag else None
    return Turn(
        row=row,
        topic=topic,
        text=row.user_input[tag.end() :] if tag else row.user_input,
        point_id=point_id,
        open_points=(asked,) if asked else tuple(before),
        remaining=left,
        label=label or "",
        next_label=following or "",
    )


def request(
    pack: QuestionPack, topic: Topic, locale: str, answer: str, **more: object
) -> TurnRequest:
    """Return the request for one message to a topic; all its points are open unless given.

    Args:
        pack: the pack.
        topic: what the message replies to.
        locale: the language; the pack's first where it is not written in this one.
        answer: the message.
        more: other fields of the request.
    """
    spoken = locale if locale in pack.locales else pack.locales[0]
    fields: dict[str, object] = {
        "request_id": "evaluation",
        "seed": "evaluation",
        "pack": PackRef(pack.id, pack.version),
        "locale": spoken,
        "mode": Mode.COACH,
        "topic_id": topic.id,
        "question": topic.question[spoken][0],
        "answer": answer,
        "open_points": topic.point_ids,
        "next_topics": topic.next,
        "may_retry": True,
    }
    return TurnRequest(**{**fields, **more})  # type: ignore[arg-type]  # checked by its users' tests


def answer_request(pack: QuestionPack, turn: Turn) -> TurnRequest:
    """Return what stage 1 is asked in this turn."""
    return request(pack, turn.topic, turn.row.language, turn.text, open_points=turn.open_points)


def legal_judgement(turn: Turn, evaluation: Evaluation, *, terms: bool) -> tuple[str, bool]:
    """Return what the bot says was answered, in the words of the layout, and whether it is right.

    A topic that is not judged has one label, which is right by itself.

    Args:
        turn: the row.
        evaluation: what the bot makes of it.
        terms: whether questions about a term have a label of their own here; the layout knows it
            for some questions only, and calls them failed answers elsewhere.
    """
    if not turn.topic.kind.judged:
        said = turn.row.current_question
        return (said if said in talk_labels(turn.topic) else turn.label), True
    if evaluation.intent is Intent.TERM_QUESTION and terms:
        return TERM, turn.label == TERM
    credited = evaluation.points(VerdictStatus.COVERED)
    if not credited:
        return FAILED, turn.label == FAILED
    right = turn.point_id in credited and not set(credited) & set(turn.remaining)
    if right:
        return turn.label, True
    return ", ".join(shown(turn.topic.point(p).name) for p in credited), False


def choice_request(pack: QuestionPack, turn: Turn) -> tuple[TurnRequest, Evaluation]:
    """Return what stage 2 is asked in this turn, with what the row says stage 1 made of it.

    Whether a failed question is asked again is the interview's rule, not the model's: this layout
    asks again, but not for an experience that somebody has not had or will not tell.
    """
    asked = request(
        pack,
        turn.topic,
        turn.row.language,
        turn.text,
        open_points=tuple(p for p in turn.topic.point_ids if p in (turn.point_id, *turn.remaining)),
        may_retry=turn.topic.kind is not TopicKind.EXPERIENCE,
    )
    if turn.label == TERM:
        return asked, Evaluation(Intent.TERM_QUESTION)
    statuses = {turn.point_id: VerdictStatus.COVERED}
    verdicts = (PointVerdict(p, statuses.get(p, VerdictStatus.MISSING)) for p in asked.open_points)
    return asked, Evaluation(Intent.ANSWER, tuple(verdicts))
