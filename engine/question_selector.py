"""Stage 2: chooses the next topic among the legal ones.

The context (what was asked, what the user said) is compared with the candidate topics by S-BERT
similarity; of a pack that was learnt from, the words of the message speak too. The pack's default
stands unless more speaks for another candidate, by a margin: people who say nothing of where they
want to go are led through the pack in its order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.artifacts import QUESTION_SELECTOR, Manifest
from engine.contract import TurnRequest
from engine.errors import ArtifactError
from engine.ports import Evaluation, TextEncoder
from engine.questions import QuestionPack, Topic
from engine.stored_vectors import StoredVectors, vectors_file
from engine.topic_reach import reach
from engine.topic_words import NOWHERE, TopicWords


@dataclass(frozen=True, slots=True)
class Weighing:
    """How what speaks for a candidate is weighed.

    Args:
        margin: by how much another candidate must come out above the default one.
        words: what a unit of the words' log-odds adds to a cosine; 0 where words do not speak.
    """

    margin: float
    words: float = 0.0

    def best(self, near: FloatArray, words: FloatArray | float = 0.0) -> int:
        """Return the index of the candidate to ask next.

        Args:
            near: cosine similarity of the context to each candidate, default first.
            words: what the words say for each.
        """
        for_each = near + self.words * np.asarray(words, dtype=np.float32)
        best = int(for_each.argmax())
        return best if for_each[best] > for_each[0] + self.margin else 0


@dataclass(frozen=True, slots=True)
class WordsOpinion:
    """What the words of a message say, and how it is weighed beside the vectors.

    Args:
        words: the layer over letter n-grams.
        weighing: of vectors and words together.
    """

    words: TopicWords
    weighing: Weighing

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> WordsOpinion | None:
        """Read it from a selector's folder; None for a model that was trained without.

        Raises:
            ArtifactError: it cannot be used.
        """
        config = manifest.config.get("words")
        if config is None:
            return None
        try:
            weighing = Weighing(float(config["margin"]), float(config["weight"]))
            pack_id, topics = str(config["pack"]), [str(topic) for topic in config["topics"]]
        except (KeyError, TypeError, ValueError):
            raise ArtifactError(f"the manifest of {manifest.kind} has no usable 'words'") from None
        return cls(TopicWords.load(folder, pack_id, topics), weighing)


class SbertQuestionSelector:
    """Implements `QuestionSelector`.

    Args:
        encoder: turns texts into vectors.
        topics: (pack id, topic id, locale) → unit vector of the topic.
        margin: by how much another candidate must be nearer than the default one.
        opinion: of the words, for the pack that they were learnt from; None where nobody has one.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        topics: Mapping[tuple[str, str, str], FloatArray],
        margin: float,
        opinion: WordsOpinion | None = None,
    ) -> None:
        self._encoder = encoder
        self._topics = topics
        self._alone = Weighing(margin)
        self._opinion = opinion

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
        near = np.array([vector @ self._topics[pack.id, c, request.locale] for c in candidates])
        if self._opinion is not None:
            said = words_for(self._opinion.words, pack, topic.id, candidates, request.answer)
            if said is not None:
                return candidates[self._opinion.weighing.best(near, said)]
        return candidates[self._alone.best(near)]


def words_for(
    words: TopicWords, pack: QuestionPack, left: str, candidates: Sequence[str], answer: str
) -> FloatArray | None:
    """Return what the words of a message say for each candidate: ``(candidates,)``.

    A candidate stands for all topics that are reached through it; that a message leads nowhere
    speaks for the default. None for a pack, or candidates, that the words know nothing of.

    Args:
        words: the layer.
        pack: the pack.
        left: id of the topic that the message replies to.
        candidates: ids of the topics that may be asked next, default first.
        answer: the message.
    """
    scores = words.scores(pack.id, answer)
    if scores is None or any(candidate not in scores for candidate in candidates):
        return None
    ways = [
        [scores[topic] for topic in way if topic in scores]
        for way in reach(pack, left, candidates).values()
    ]
    ways[0].append(scores[NOWHERE])
    return np.array([np.logaddexp.reduce(way) for way in ways], dtype=np.float32)


def topic_vectors(
    packs: Mapping[str, QuestionPack],
    encoder: TextEncoder,
    *,
    model_digest: str = "",
    cache: Path | None = None,
) -> dict[tuple[str, str, str], FloatArray]:
    """Return the vectors of all topics of all packs, those of a pack computed in one pass.

    Args:
        packs: pack id → pack.
        encoder: the encoder, with the selector's adapter.
        model_digest: stands for body and adapter.
        cache: folder where the vectors are kept; None to compute them each time.

    Returns:
        (pack id, topic id, locale) → unit vector.
    """
    vectors: dict[tuple[str, str, str], FloatArray] = {}
    for pack in packs.values():
        keys = [(pack.id, topic.id, locale) for topic in pack for locale in pack.locales]
        texts = [topic_text(pack.topic(topic), locale) for _, topic, locale in keys]
        file = vectors_file(cache, pack, model_digest) if cache else None
        stored = StoredVectors(texts, encoder, QUESTION_SELECTOR, file)
        vectors.update(zip(keys, stored.rows(0, len(texts)), strict=True))
    return vectors


def context_text(topic: Topic, answer: str, locale: str) -> str:
    """Return the text that stands for the present state: what was asked and what was said."""
    return f"{topic.title[locale]} | {answer[:400]}"


def topic_text(topic: Topic, locale: str) -> str:
    """Return the text that stands for a candidate topic."""
    return f"{topic.title[locale]} | {topic.question[locale][0]}"
