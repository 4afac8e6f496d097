"""Puts what stage 1 and 2 decided into the words that a causal LM is prompted with."""

from __future__ import annotations

from engine.contract import Intent, TurnRequest, VerdictStatus
from engine.outcomes import Outcome, Style
from engine.ports import Evaluation
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, TopicKind

_BY_INTENT = {
    Intent.DONT_KNOW: Outcome.DONT_KNOW,
    Intent.TERM_QUESTION: Outcome.TERM_QUESTION,
    Intent.HINT: Outcome.HINT,
    Intent.SKIP: Outcome.SKIP,
    Intent.REPEAT: Outcome.REPEAT,
    Intent.SMALL_TALK: Outcome.SMALL_TALK,
    Intent.INSULT: Outcome.INSULT,
    Intent.MANIPULATION: Outcome.MANIPULATION,
    # Nothing in them could be judged.
    Intent.OTHER_LANGUAGE: Outcome.MISSING,
    Intent.UNREADABLE: Outcome.MISSING,
}
# What an answer without credit comes to, most pressing first.
_UNCREDITED = (
    (VerdictStatus.WRONG, Outcome.WRONG),
    (VerdictStatus.UNSURE, Outcome.UNSURE),
    (VerdictStatus.PARTIAL, Outcome.PARTIAL),
)


def spoken_turn(
    request: TurnRequest,
    pack: QuestionPack,
    evaluation: Evaluation,
    next_topic: str,
    style: Style,
) -> SpokenTurn:
    """Return the turn that an utterance is phrased from.

    Args:
        request: the message, with what stood when it came.
        pack: the pack of the request.
        evaluation: what stage 1 made of it.
        next_topic: id of the topic that stage 2 chose.
        style: how the interviewer speaks.
    """
    topic, follows, locale = pack.topic(request.topic_id), pack.topic(next_topic), request.locale
    covered = evaluation.points(VerdictStatus.COVERED)
    still_open = [point for point in request.open_points if point not in covered]
    return SpokenTurn(
        locale=locale,
        style=style,
        outcome=outcome_of(request, pack, evaluation, next_topic),
        question=request.question,
        answer=request.answer,
        credited=tuple(topic.point(point).name[locale] for point in covered),
        still_open=tuple(topic.point(point).name[locale] for point in still_open),
        next_title=follows.title[locale],
        next_question=next(iter(follows.question.get(locale, ())), ""),
    )


def outcome_of(
    request: TurnRequest, pack: QuestionPack, evaluation: Evaluation, next_topic: str
) -> Outcome:
    """Return what came of a message."""
    if pack.topic(next_topic).kind is TopicKind.END:
        return Outcome.CLOSING
    if evaluation.intent is not Intent.ANSWER:
        return _BY_INTENT[evaluation.intent]
    if not pack.topic(request.topic_id).kind.judged:
        return Outcome.SMALL_TALK
    if evaluation.points(VerdictStatus.COVERED):
        return _credited(evaluation)
    return next((o for status, o in _UNCREDITED if evaluation.points(status)), Outcome.MISSING)


def _credited(evaluation: Evaluation) -> Outcome:
    """Return what an answer comes to that earned a point or more."""
    if evaluation.points(VerdictStatus.WRONG):
        return Outcome.MIXED
    if evaluation.hedge:
        return Outcome.HEDGED
    covered = evaluation.points(VerdictStatus.COVERED)
    return Outcome.SEVERAL if len(covered) > 1 else Outcome.COVERED
