"""Whether an utterance asks about the topic that was chosen, by the words of its question.

The question is compared with everything that the pack says about each topic
(`engine.topic_likeness`); linear layers, fitted on the labelled utterances, weigh what comes of
that, one where the interview stays on its topic and one where it moves on. The sentence vectors of
stage 2 were tried for this and let four times as many questions about other topics pass, as their
adapter has learnt what follows a topic and not what a question is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.artifacts import UTTERANCE_JUDGE, WEIGHTS, verify
from engine.errors import ArtifactError
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.sentences import last_question, letter_trigrams, sentences
from engine.topic_likeness import FACTS, TopicLikeness

# The least similarity of a question to the topic it asks, where no other topic is known.
_LONE_FLOOR = 0.12
_LEAD, _RISE = FACTS.index("asked_lead"), FACTS.index("asked_rise")
# How far a topic must stand out from all of them, or the question is about none.
_LEAST_RISE = 0.08


@dataclass(frozen=True, slots=True)
class RelevanceLayer:
    """Weighs the facts about a question; zero and more is asking the topic.

    Args:
        weights: one a name of `FACTS`.
        bias: what is added.
    """

    weights: FloatArray
    bias: float

    def score(self, facts: FloatArray) -> float:
        """Return how surely a question with these facts asks the topic."""
        return float(self.weights @ facts) + self.bias


@dataclass(frozen=True, slots=True)
class RelevanceLayers:
    """The layers of one language.

    Args:
        stay: for questions that go on with a topic.
        move: for those that open one.
    """

    stay: RelevanceLayer
    move: RelevanceLayer


class WordedRelevance:
    """Implements `Relevance` for the topics of some packs.

    Args:
        packs: pack id → pack.
        layers: locale → its layers; other languages are compared by letters alone.
    """

    def __init__(
        self, packs: Mapping[str, QuestionPack], layers: Mapping[str, RelevanceLayers]
    ) -> None:
        self._layers = layers
        self._known = [
            TopicLikeness(pack, locale)
            for pack in packs.values()
            for locale in pack.locales
            if locale in layers
        ]

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        """Return how surely each text asks the next topic: ``(len(texts),)``."""
        return np.array([self._score(turn, text) for text in texts], dtype=np.float32)

    def _score(self, turn: SpokenTurn, text: str) -> float:
        topics = next((known for known in self._known if known.holds(turn)), None)
        if topics is not None and not topics.next_topic(turn).kind.judged:
            # A break, a greeting or the last words are asked for in any words.
            return 1.0
        question = last_question(text)
        if not question:
            return -1.0
        if topics is None:
            return _shared(question, f"{turn.next_title} {turn.next_question}") - _LONE_FLOOR
        if topics.asks_verbatim(text, turn):
            return 1.0
        layers = self._layers[turn.locale]
        layer = layers.stay if topics.stays(turn) else layers.move
        found = [topics.facts(asked, turn) for asked in wordings(text, topics, turn)]
        if any(map(asks_outright, found)):
            return 1.0
        return max(map(layer.score, found))


def asks_outright(facts: FloatArray) -> bool:
    """Whether a question is nearer to what asks about its topic than to any other, and not to all.

    That needs no weighing: brief questions often have little more to show.
    """
    return bool(facts[_LEAD] >= 0 and facts[_RISE] >= _LEAST_RISE)


def wordings(text: str, topics: TopicLikeness, turn: SpokenTurn) -> tuple[str, ...]:
    """Return what may be taken for the question of a text that asks something.

    Some that open a topic name it first: "Good. Next comes overfitting. What can one do about it?"
    """
    question = last_question(text)
    before = sentences(text.removesuffix(question))
    # The first sentence is the reaction.
    if topics.stays(turn) or len(before) < 2:
        return (question,)
    return question, f"{before[-1]} {question}"


def load_relevance(
    packs: Mapping[str, QuestionPack], folder: Path = WEIGHTS / UTTERANCE_JUDGE
) -> WordedRelevance:
    """Load the layers that ship with the engine, for the topics of some packs.

    Raises:
        ArtifactError: they are missing or altered.
    """
    config = verify(folder, UTTERANCE_JUDGE).config
    try:
        layers = {
            locale: RelevanceLayers(_layer(given["stay"]), _layer(given["move"]))
            for locale, given in config["relevance"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(f"the relevance of {folder} cannot be used: {error!r}") from None
    return WordedRelevance(packs, layers)


def _layer(given: Mapping[str, Any]) -> RelevanceLayer:
    weights = np.array([given["weights"][name] for name in FACTS], dtype=np.float32)
    return RelevanceLayer(weights, float(given["bias"]))


def _shared(question: str, topic: str) -> float:
    """Return which share of a question's letter trigrams a topic holds, 0 to 1."""
    asked = letter_trigrams([question])
    return len(asked & letter_trigrams([topic])) / len(asked) if asked else 0.0
