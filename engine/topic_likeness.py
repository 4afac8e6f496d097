"""How near a question is to each topic of a pack, by its words, in one language.

Everything that the pack says about a topic is laid out as three tf-idf vectors: the letter n-grams
of what asks about it, those of what answers it as well, and the beginnings of its words. A question
that opens a topic is near the first; one that goes on with it ("Which loss says how far that is
from the label?") often shares words with its answers alone.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from engine.arrays import FloatArray
from engine.code_vocabulary import CodeVocabulary
from engine.letter_features import ngram_counts
from engine.outcomes import language_of
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, Topic

Count = Callable[[str], Mapping[int, int]]

_WORD = re.compile(r"[a-z]+|[가-힣]+")
# Most endings come after so many letters; shorter English words are hardly ever terms.
_ENGLISH_LETTERS, _SHORTEST = 5, 3
_KOREAN_LETTERS = (2, 3)
_REMEMBERED = 16

FACTS = (
    *(
        f"{space}_{fact}"
        for space in ("asked", "told", "words")
        for fact in ("lead", "rise", "near")
    ),
    "turn_letters",
    "turn_words",
)


class TopicLikeness:
    """What the topics of a pack are about.

    Args:
        pack: the pack.
        locale: the language.
    """

    def __init__(self, pack: QuestionPack, locale: str) -> None:
        self._locale = locale
        self._topics = {_key(topic, locale): topic for topic in pack}
        judged = [topic for topic in pack if topic.kind.judged]
        self._lines = {
            _key(topic, locale): tuple(map(_bare, _lines(topic, pack, locale))) for topic in judged
        }
        self._rows = {_key(topic, locale): row for row, topic in enumerate(judged)}
        asked = [_asking(topic, locale) for topic in judged]
        told = [[*a, *_answering(topic, locale)] for a, topic in zip(asked, judged, strict=True)]
        self._asked = _Space(asked, ngram_counts)
        self._told = _Space(told, ngram_counts)
        self._words = _Space(told, word_beginnings)

    def holds(self, turn: SpokenTurn) -> bool:
        """Whether the turn's next topic is one of these."""
        return turn.locale == self._locale and _wanted(turn) in self._topics

    def next_topic(self, turn: SpokenTurn) -> Topic:
        """Return the topic that is asked next."""
        return self._topics[_wanted(turn)]

    def stays(self, turn: SpokenTurn) -> bool:
        """Whether the topic that is asked next is the one that was asked before."""
        names = {point.name[self._locale] for point in self.next_topic(turn).points}
        return bool(turn.still_open) and names.issuperset(turn.still_open)

    def asks_verbatim(self, text: str, turn: SpokenTurn) -> bool:
        """Whether a text ends as the pack itself asks about a turn's next topic."""
        return _bare(text).endswith(self._lines[_wanted(turn)])

    def facts(self, question: str, turn: SpokenTurn) -> FloatArray:
        """Return what tells whether a question asks a turn's next topic, in order of `FACTS`.

        For each vector: by how much that topic is nearer than any other, by how much it is nearer
        than topics are on average, and how near it is; then how much of the question's own words
        the turn has said, which is not looked at where a new topic is opened.
        """
        row, stays = self._rows[_wanted(turn)], self.stays(turn)
        found: list[float] = []
        for space in (self._asked, self._told, self._words):
            found += _standing(space.nearness(question), row)
        said = f"{turn.question} {turn.answer}"
        found += [
            space.likeness(question, said) if stays else 0.0 for space in (self._told, self._words)
        ]
        return np.array(found, dtype=np.float32)


class _Space:
    """Topics as vectors of one kind of pieces."""

    def __init__(self, topics: Sequence[Iterable[str]], count: Count) -> None:
        self._count = count
        # One question is asked about with several facts in mind.
        self._vector = lru_cache(_REMEMBERED)(self._weigh)
        self.nearness = lru_cache(_REMEMBERED)(self._nearness)
        counts = [_together(texts, count) for texts in topics]
        self._vocabulary = _vocabulary(counts)
        self._matrix = np.stack([self._vocabulary.weigh(pieces) for pieces in counts])

    def _nearness(self, text: str) -> FloatArray:
        """Return how near a text is to each topic, 0 to 1."""
        return np.asarray(self._matrix @ self._vector(text), dtype=np.float32)

    def likeness(self, text: str, other: str) -> float:
        """Return how near two texts are to one another, 0 to 1."""
        return float(self._vector(text) @ self._vector(other))

    def _weigh(self, text: str) -> FloatArray:
        return self._vocabulary.weigh(self._count(text))


def word_beginnings(text: str) -> Counter[int]:
    """Return how often each beginning of a word occurs in a text, by its 32-bit code."""
    counts: Counter[int] = Counter()
    for word in _WORD.findall(text.casefold()):
        if word[0] >= "가":
            beginnings = {word[:letters] for letters in _KOREAN_LETTERS}
        else:
            beginnings = {word[:_ENGLISH_LETTERS]} if len(word) >= _SHORTEST else set()
        counts.update(zlib.crc32(beginning.encode()) for beginning in beginnings)
    return counts


def _standing(nearness: FloatArray, row: int) -> tuple[float, float, float]:
    own, others = float(nearness[row]), np.delete(nearness, row)
    return own - float(others.max(initial=0.0)), own - float(nearness.mean()), own


def _key(topic: Topic, locale: str) -> tuple[str, str]:
    return topic.title[locale], next(iter(topic.question.get(locale, ())), "")


def _wanted(turn: SpokenTurn) -> tuple[str, str]:
    return turn.next_title, turn.next_question


def _lines(topic: Topic, pack: QuestionPack, locale: str) -> Iterator[str]:
    """Yield all that a pack says to ask about a topic, in every style of a language."""
    asking = [topic.question, *(point.ask for point in topic.points)]
    asking += [other.leads[topic.id] for other in pack if topic.id in other.leads]
    for texts in asking:
        for spoken, lines in texts.items():
            if language_of(spoken) == locale:
                yield from lines


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _asking(topic: Topic, locale: str) -> tuple[str, ...]:
    """Return what names a topic; terms are often written in the other language."""
    return (
        *topic.question[locale],
        *(ask for point in topic.points for ask in point.ask.get(locale, ())),
        *topic.title.values(),
        *topic.subject,
        *(point.name[locale] for point in topic.points),
        topic.clarification.get(locale, ""),
    )


def _answering(topic: Topic, locale: str) -> tuple[str, ...]:
    """Return what answers a topic, rightly or not, and what explains it."""
    return (
        *(text for point in topic.points for text in point.references[locale]),
        *(wrong.answer for point in topic.points for wrong in point.wrong.get(locale, ())),
        *topic.hints.get(locale, ()),
        topic.model_answer.get(locale, ""),
        topic.explanation.get(locale, ""),
    )


def _together(texts: Iterable[str], count: Count) -> Counter[int]:
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(count(text))
    return counts


def _vocabulary(counts: Sequence[Counter[int]]) -> CodeVocabulary:
    spread = Counter(code for count in counts for code in count)
    codes = np.array(sorted(spread), dtype=np.uint32)
    idf = [1 + math.log((1 + len(counts)) / (1 + spread[int(code)])) for code in codes]
    return CodeVocabulary(codes, np.array(idf, dtype=np.float32))
