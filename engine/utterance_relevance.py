"""Whether an utterance asks about the topic that was chosen, by the words of its question.

The question is compared with everything that the pack says about each topic, by letter n-grams
weighted by tf-idf: what a question is about shows in its terms. The sentence vectors of stage 2
were tried for this and let four times as many questions about other topics pass, as their adapter
has learnt what follows a topic and not what a question is about.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.letter_features import LetterVocabulary, ngram_counts
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, Topic
from engine.sentences import last_question, letter_trigrams, sentences

# By how much another topic may be nearer than the one to be asked. A question that goes on with a
# topic often names nothing of it ("And the other one?"); one that opens a topic does. Fitted on the
# validation split of the labelled utterances, of which each turns away about one in a hundred.
STAY_SLACK = 0.12
MOVE_SLACK = 0.04
# How far the topic must stand out from all of them, or the question is about none.
MOVE_RISE = 0.08
# The least similarity of a question to the topic it asks, where no other topic is known.
_LONE_FLOOR = 0.12


class WordedRelevance:
    """Implements `Relevance` for the topics of some packs.

    Args:
        packs: pack id → pack.
    """

    def __init__(self, packs: Mapping[str, QuestionPack]) -> None:
        self._subjects = [
            _Subjects(pack, locale) for pack in packs.values() for locale in pack.locales
        ]

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        """Return by how much the next topic is nearer than it has to be: ``(len(texts),)``."""
        return np.array([self._score(turn, text) for text in texts], dtype=np.float32)

    def _score(self, turn: SpokenTurn, text: str) -> float:
        subjects = next((known for known in self._subjects if known.hold(turn)), None)
        if subjects is not None and not subjects.next_topic(turn).kind.judged:
            # A break, a greeting or the last words are asked for in any words.
            return 1.0
        question = last_question(text)
        if not question:
            return -1.0
        if subjects is None:
            return _shared(question, f"{turn.next_title} {turn.next_question}") - _LONE_FLOOR
        if subjects.stays(turn):
            return subjects.lead(question, turn) + STAY_SLACK
        return max(
            min(subjects.lead(asked, turn) + MOVE_SLACK, subjects.rise(asked, turn) - MOVE_RISE)
            for asked in (question, _introduced(text, question))
        )


class _Subjects:
    """What the topics of a pack are about, in one language."""

    def __init__(self, pack: QuestionPack, locale: str) -> None:
        self._locale = locale
        self._topics = {_key(topic, locale): topic for topic in pack}
        judged = [topic for topic in pack if topic.kind.judged]
        self._rows = {_key(topic, locale): row for row, topic in enumerate(judged)}
        counts = [_counts(_said_of(topic, locale)) for topic in judged]
        self._letters = _vocabulary(counts)
        self._matrix = np.stack([_weighted(count, self._letters) for count in counts])

    def hold(self, turn: SpokenTurn) -> bool:
        """Whether the turn's next topic is one of these."""
        return turn.locale == self._locale and _wanted(turn) in self._topics

    def next_topic(self, turn: SpokenTurn) -> Topic:
        """Return the topic that is asked next."""
        return self._topics[_wanted(turn)]

    def stays(self, turn: SpokenTurn) -> bool:
        """Whether the topic that is asked next is the one that was asked before."""
        names = {point.name[self._locale] for point in self.next_topic(turn).points}
        return bool(turn.still_open) and names.issuperset(turn.still_open)

    def rise(self, question: str, turn: SpokenTurn) -> float:
        """Return by how much the next topic is nearer to a question than topics are on average."""
        nearness = self._nearness(question)
        return float(nearness[self._rows[_wanted(turn)]] - nearness.mean())

    def _nearness(self, question: str) -> FloatArray:
        return np.asarray(self._matrix @ self._letters.vector(question), dtype=np.float32)

    def lead(self, question: str, turn: SpokenTurn) -> float:
        """Return by how much the next topic is nearer to a question than any other."""
        nearness = self._nearness(question)
        row = self._rows[_wanted(turn)]
        others = np.delete(nearness, row)
        return float(nearness[row] - others.max()) if len(others) else float(nearness[row])


def _introduced(text: str, question: str) -> str:
    """Return a question with the sentence that leads to it, unless that is the reaction.

    Some name the topic first: "Good. Next comes overfitting. What can one do about it?"
    """
    before = sentences(text.removesuffix(question))
    return f"{before[-1]} {question}" if len(before) > 1 else question


def _key(topic: Topic, locale: str) -> tuple[str, str]:
    return topic.title[locale], next(iter(topic.question.get(locale, ())), "")


def _wanted(turn: SpokenTurn) -> tuple[str, str]:
    return turn.next_title, turn.next_question


def _said_of(topic: Topic, locale: str) -> tuple[str, ...]:
    """Return what names a topic; terms are often written in the other language."""
    return (
        *topic.question[locale],
        *(ask for point in topic.points for ask in point.ask.get(locale, ())),
        *topic.title.values(),
        *topic.subject,
        *(point.name[locale] for point in topic.points),
        topic.clarification.get(locale, ""),
    )


def _counts(texts: Iterable[str]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(ngram_counts(text))
    return counts


def _vocabulary(counts: Sequence[Counter[int]]) -> LetterVocabulary:
    spread = Counter(code for count in counts for code in count)
    codes = np.array(sorted(spread), dtype=np.uint32)
    idf = [1 + math.log((1 + len(counts)) / (1 + spread[int(code)])) for code in codes]
    return LetterVocabulary(codes, np.array(idf, dtype=np.float32))


def _weighted(count: Counter[int], letters: LetterVocabulary) -> FloatArray:
    found = np.fromiter(count, dtype=np.uint32, count=len(count))
    places = np.searchsorted(letters.codes, found)
    vector = np.zeros(len(letters.codes), dtype=np.float32)
    vector[places] = 1 + np.log(np.fromiter(count.values(), dtype=np.float32, count=len(count)))
    vector *= letters.idf
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _shared(question: str, topic: str) -> float:
    """Return which share of a question's letter trigrams a topic holds, 0 to 1."""
    asked = letter_trigrams([question])
    return len(asked & letter_trigrams([topic])) / len(asked) if asked else 0.0
