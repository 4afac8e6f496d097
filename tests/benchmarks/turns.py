"""Turns as people bring them, made of the shipped pack's own answers: always the same ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from bot.interview.flow import Length, Level, legal_next
from engine.contract import Mode, PackRef, TurnRequest
from engine.loading import PACKS, load_packs
from engine.questions import QuestionPack, Topic


def shipped_pack() -> QuestionPack:
    """Return the pack that an interview runs on by default."""
    return load_packs(PACKS)["ml-core"]


def turns(pack: QuestionPack) -> Iterator[TurnRequest]:
    """Yield turns for ever: every judged topic in every language, right, long and wrong answers."""
    topics = [topic for topic in pack if topic.kind.judged]
    asked = [(topic, locale) for topic in topics for locale in pack.locales]
    for number in itertools.count():
        round_, (topic, locale) = number // len(asked), asked[number % len(asked)]
        answers = _answers(topic, locale)
        yield turn(pack, topic, locale, answers[(number + round_) % len(answers)], number)


def turn(
    pack: QuestionPack, topic: Topic, locale: str, answer: str, number: int = 0
) -> TurnRequest:
    """Return one turn as the bot would ask for it."""
    following = legal_next(pack, topic.id, {topic.id}, Level.SENIOR, Length.FULL)
    return TurnRequest(
        request_id=f"benchmark-{number}",
        seed=f"benchmark-{number}",
        pack=PackRef(pack.id, pack.version),
        locale=locale,
        mode=Mode.COACH,
        topic_id=topic.id,
        question=topic.question[locale][0],
        answer=answer,
        open_points=topic.point_ids,
        next_topics=following,
        may_retry=False,  # so that stage 2 has something to choose
    )


def renamed(request: TurnRequest, number: int) -> TurnRequest:
    """Return the same turn of somebody else."""
    return replace(request, request_id=f"other-{number}", seed=f"other-{number}")


def _answers(topic: Topic, locale: str) -> list[str]:
    right = [text for point in topic.points for text in point.references[locale]]
    wrong = [wrong.answer for point in topic.points for wrong in point.wrong[locale]]
    joined = " ".join(point.references[locale][-1] for point in topic.points)
    return [right[0], joined, wrong[0], right[-1], wrong[-1]]
