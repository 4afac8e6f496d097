"""Puts messages together that lead from one topic to another, for training alone.

A few hundred written choices cannot show every topic from every other. What people say when they
change the subject is an answer, or none, and something of the other topic: its name, its question,
or an answer to it. These are taken from the pack and the labelled answers, and joined.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.contract import Intent
from engine.questions import QuestionPack, Topic
from training.rows import RIGHT_KINDS, AnswerRow

# Wishes for a topic by its name: after an answer, and before anything was asked.
WISHES: Mapping[str, tuple[str, ...]] = {
    "ko": (
        "다음은 {} 하자",
        "이제 {} 물어봐 줘",
        "{} 쪽으로 넘어가고 싶어요",
        "{} 질문 부탁드려요",
        "이어서 {} 이야기를 해 보고 싶습니다",
        "{} 쪽이 더 궁금해",
        "{} 나오는 걸로 해 주세요",
        "{} 가자",
        "{} 때문에 고생했어요",
        "회사에서 {} 일을 하고 있습니다",
    ),
    "en": (
        "let's do {} next",
        "ask me about {} please",
        "can we move on to {}?",
        "next: {}",
        "could we go to {} after this",
        "I'm more curious about {}",
        "I'd rather go on with {}",
        "a question on {} would be great",
        "at work I deal with {} every day",
        "{} has been keeping me busy",
    ),
}
OPENINGS: Mapping[str, tuple[str, ...]] = {
    "ko": (
        "{}부터 하자",
        "{} 먼저 물어봐 주세요",
        "안녕 나 요즘 {} 공부해",
        "{} 쪽으로 시작할게요",
        "오늘은 {} 연습하러 왔어",
        "안녕하세요 {} 일을 하고 있습니다",
        "{} ㄱㄱ",
    ),
    "en": (
        "{} first please",
        "let's start with {}",
        "hi, I've been working on {} lately",
        "begin with {}",
        "I came to practise {}",
        "hello, {} is my daily work",
        "{} pls",
    ),
}
JOINTS: Mapping[str, tuple[str, ...]] = {
    "ko": (". ", " ", ", 근데 ", ". 저는 "),
    "en": (". ", ", and ", ", though ", ". At work "),
}
_ANSWER_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class LeadingMessage:
    """A message and where it leads.

    Args:
        left: id of the topic that it replies to.
        locale: its language.
        text: the message.
        towards: id of the topic that it is about; None where it leads nowhere in particular.
    """

    left: str
    locale: str
    text: str
    towards: str | None


class MessageComposer:
    """Puts messages together.

    Args:
        pack: where questions and names come from.
        answers: labelled answers to its topics.
        chance: decides everything.
    """

    def __init__(
        self, pack: QuestionPack, answers: Sequence[AnswerRow], chance: random.Random
    ) -> None:
        self._pack = pack
        self._topics = [topic for topic in pack if topic.kind.judged]
        self._chance = chance
        self._right: dict[tuple[str, str], list[str]] = {}
        self._any: dict[tuple[str, str], list[str]] = {}
        for row in answers:
            key = (row.topic, row.locale)
            if row.intent in (Intent.ANSWER, Intent.DONT_KNOW):
                self._any.setdefault(key, []).append(row.answer)
            if row.kind in RIGHT_KINDS:
                self._right.setdefault(key, []).append(row.answer)

    def compose(self, number: int) -> list[LeadingMessage]:
        """Return so many messages, of all sorts and in all languages of the pack."""
        sorts = (self._opening, self._wish, self._interest, self._plain)
        return [self._chance.choice(sorts)() for _ in range(number)]

    def _opening(self) -> LeadingMessage:
        topic, locale = self._topic(), self._locale()
        text = self._chance.choice(OPENINGS[locale]).format(self._name(topic, locale))
        return LeadingMessage(self._pack.start, locale, text, topic.id)

    def _wish(self) -> LeadingMessage:
        left, topic, locale = self._topic(), self._topic(), self._locale()
        wish = self._chance.choice(WISHES[locale]).format(self._name(topic, locale))
        return self._joined(left, topic, locale, wish)

    def _interest(self) -> LeadingMessage:
        left, topic, locale = self._topic(), self._topic(), self._locale()
        return self._joined(left, topic, locale, self._said(self._right, topic, locale))

    def _plain(self) -> LeadingMessage:
        topic, locale = self._topic(), self._locale()
        return LeadingMessage(topic.id, locale, self._said(self._any, topic, locale), None)

    def _joined(self, left: Topic, topic: Topic, locale: str, end: str) -> LeadingMessage:
        answer = self._said(self._any, left, locale).rstrip(".")
        text = answer + self._chance.choice(JOINTS[locale]) + end
        return LeadingMessage(left.id, locale, text, None if left is topic else topic.id)

    def _said(self, answers: Mapping[tuple[str, str], list[str]], topic: Topic, locale: str) -> str:
        """Return an answer to a topic; one of the pack's where no row has any."""
        written = [text for point in topic.points for text in point.references[locale]]
        text = self._chance.choice(answers.get((topic.id, locale)) or written)
        return text if len(text) <= _ANSWER_CHARACTERS else text[:_ANSWER_CHARACTERS]

    def _name(self, topic: Topic, locale: str) -> str:
        points = [point.name[locale] for point in topic.points]
        return self._chance.choice([topic.title[locale], *topic.subject, *points])

    def _topic(self) -> Topic:
        return self._chance.choice(self._topics)

    def _locale(self) -> str:
        return self._chance.choice([locale for locale in self._pack.locales if locale in WISHES])
