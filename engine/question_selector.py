"""Stage 2: chooses the next topic among the legal ones by S-BERT similarity.

The context (what was asked, what the user said) is compared with the candidate topics. The pack's
default stands unless another candidate is nearer by a margin: people who say nothing of where they
want to go are led through the pack in its order.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.arrays import FloatArray
from engine.artifacts import QUESTION_SELECTOR
from engine.contract import TurnRequest
from engine.ports import Evaluation, TextEncoder
from engine.questions import QuestionPack, Topic


class SbertQuestionSelector:
    """Implements `QuestionSelector`.

    Args:
        encoder: turns texts into vectors.
        topics: (pack id, topic id, locale) → unit vector of the topic.
        margin: by how much another candidate must be nearer than the default one.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        topics: Mapping[tuple[str, str, str], FloatArray],
        margin: float,
    ) -> None:
        self._encoder = encoder
        self._topics = topics
        self._margin = margin

    def select(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,  # noqa: ARG002 - part of the port
        candidates: tuple[str, ...],
    ) -> str:
        """Return one of the candidates; the default one comes first."""
        topic = pack.topic(request.topic_id)
        context = context_text(topic, request.answer, request.locale)
        vector = self._encoder.encode([context], QUESTION_SELECTOR)[0]
        nearness = [float(vector @ self._topics[pack.id, c, request.locale]) for c in candidates]
        best = max(range(len(candidates)), key=nearness.__getitem__)
        return candidates[best if nearness[best] > nearness[0] + self._margin else 0]


def topic_vectors(
    packs: Mapping[str, QuestionPack], encoder: TextEncoder
) -> dict[tuple[str, str, str], FloatArray]:
    """Return the vectors of all topics of all packs, computed in one pass."""
    keys = [(p.id, t.id, locale) for p in packs.values() for t in p for locale in p.locales]
    texts = [topic_text(packs[p].topic(t), locale) for p, t, locale in keys]
    return dict(zip(keys, encoder.encode(texts, QUESTION_SELECTOR), strict=True))


def context_text(topic: Topic, answer: str, locale: str) -> str:
    """Return the text that stands for the present state: what was asked and what was said."""
    return f"{topic.title[locale]} | {answer[:400]}"


def topic_text(topic: Topic, locale: str) -> str:
    """Return the text that stands for a candidate topic."""
    return f"{topic.title[locale]} | {topic.question[locale][0]}"
