"""What the S-BERT of stage 2 learns from: contexts, and the topics that may and should follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from engine.question_selector import context_text, topic_text
from engine.questions import QuestionPack
from training.adapters import AdapterSettings, train_adapter
from training.rows import ChoiceRow
from training.topic_choice_loss import LegalTopicsCrossEntropy
from training.topic_messages import LeadingMessage


@dataclass(frozen=True, slots=True)
class Lesson:
    """One context to learn from.

    Args:
        left: id of the topic that the message replies to.
        locale: its language.
        answer: the message.
        legal: ids of the topics that it may lead to.
        wanted: id of the one that it leads to.
    """

    left: str
    locale: str
    answer: str
    legal: tuple[str, ...]
    wanted: str


def lessons_of(
    pack: QuestionPack, rows: Sequence[ChoiceRow], messages: Sequence[LeadingMessage]
) -> list[Lesson]:
    """Return what can be learnt from written choices and from messages put together.

    A written choice is one among the topics that may follow. A message that was put together leads
    to one topic among all; one that leads nowhere, to the default where there is a choice.
    """
    lessons = [
        Lesson(row.topic, row.locale, row.answer, pack.topic(row.topic).next, row.next_topic)
        for row in rows
    ]
    judged = tuple(topic.id for topic in pack if topic.kind.judged)
    for message in messages:
        following = pack.topic(message.left).next
        if message.towards is not None:
            legal = tuple(topic for topic in judged if topic != message.left)
            lessons.append(_lesson(message, legal, message.towards))
        elif len(following) > 1:
            lessons.append(_lesson(message, following, following[0]))
    return lessons


def learn(
    body: SentenceTransformer,
    pack: QuestionPack,
    lessons: Sequence[Lesson],
    settings: AdapterSettings,
    out: Path,
) -> None:
    """Train the adapter in the body to choose; arguments as for `train_adapter`."""
    keys = [(topic.id, locale) for topic in pack for locale in pack.locales]
    place = {key: index for index, key in enumerate(keys)}
    legal = torch.zeros(len(lessons), len(keys), dtype=torch.bool)
    wanted = torch.zeros_like(legal)
    for row, lesson in enumerate(lessons):
        legal[row, [place[topic, lesson.locale] for topic in lesson.legal]] = True
        wanted[row, place[lesson.wanted, lesson.locale]] = True
    texts = [topic_text(pack.topic(topic), locale) for topic, locale in keys]
    contexts = [context_text(pack.topic(one.left), one.answer, one.locale) for one in lessons]
    columns: dict[str, list[Any]] = {"text": contexts, "label": list(range(len(lessons)))}
    loss = LegalTopicsCrossEntropy(body, texts, legal, wanted)
    train_adapter(body, columns, loss, settings, out)


def _lesson(message: LeadingMessage, legal: tuple[str, ...], wanted: str) -> Lesson:
    return Lesson(message.left, message.locale, message.text, legal, wanted)
