"""Turns labelled utterances into the prompts that a causal LM learns to answer."""

from __future__ import annotations

from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from training.utterance_rows import UtteranceRow


def turn_of(row: UtteranceRow, pack: QuestionPack) -> SpokenTurn:
    """Return the turn that a row describes, as `engine.prompts` renders it.

    Args:
        row: a row that `check_utterances` has passed.
        pack: the pack that it belongs to.
    """
    topic, follows = pack.topic(row.topic), pack.topic(row.next_topic)
    return SpokenTurn(
        locale=row.locale,
        style=row.style,
        outcome=row.outcome,
        question=row.question,
        answer=row.answer,
        credited=tuple(p.name[row.locale] for p in topic.points if p.id in row.covered),
        still_open=tuple(p.name[row.locale] for p in topic.points if p.id not in row.covered),
        next_title=follows.title[row.locale],
        next_question=next(iter(follows.question.get(row.locale, ())), ""),
    )
