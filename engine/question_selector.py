"""Stage 2: chooses the next topic among the legal ones.

The context (what was asked, what the user said) is compared with the candidate topics by S-BERT
similarity; of a pack that was learnt from, the words of the message speak too. The pack's default
stands unless more speaks for another candidate, by a margin: people who say nothing of where they
want to go are led through the pack in its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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

# Who greets the interviewer by name wants nothing of LoRA, whose name it holds in Korean (로라).
_NAME = re.compile(r"(?<![가-힣])오로라(?:야|씨|님)?|\baurora\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WordsOpinion:
    """What the words of a message say, and how it goes together with the vectors.

    Args:
        words: the layer over letter n-grams; its log-odds are those of a softmax over topics.
        near: what a cosine of 1 adds to them.
    """

    words: TopicWords
    near: float

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
            near, pack_id = float(config["near"]), str(config["pack"])
            topics = [str(topic) for topic in config["topics"]]
        except (KeyError, TypeError, ValueError):
            raise ArtifactError(f"the manifest of {manifest.kind} has no usable 'words'") from None
        return cls(TopicWords.load(folder, pack_id, topics), near)

    def odds(
        self, near: Mapping[str, float], said: Mapping[str, float], ways: Iterable[Sequence[str]]
    ) -> FloatArray:
        """Return the log-odds of each candidate: ``(candidates,)``.

        A candidate stands for all topics that are reached through it; that a message leads nowhere
        speaks for the default.

        Args:
            near: topic → cosine similarity of the context to it.
            said: topic → what the words say for it.
            ways: the topics that each candidate stands for, of the default first.
        """
        for_each = [[self.near * near[t] + said[t] for t in way if t in said] for way in ways]
        for_each[0].append(said[NOWHERE])
        return np.array([np.logaddexp.reduce(odds) for odds in for_each], dtype=np.float32)


class SbertQuestionSelector:
    """Implements `QuestionSelector`.

    Args:
        encoder: turns texts into vectors.
        topics: (pack id, topic id, locale) → unit vector of the topic.
        margin: by how much another candidate must be nearer than the default one, where only
            vectors speak.
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
        self._margin = margin
        self._opinion = opinion

    def select(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,  # noqa: ARG002 - part of the port
        candidates: tuple[str, ...],
    ) -> str:
        """Return one of the candidates; the default one comes first."""
        topic, answer = pack.topic(request.topic_id), _NAME.sub(" ", request.answer).strip()
        context = context_text(topic, answer, request.locale)
        vector = self._encoder.encode([context], QUESTION_SELECTOR)[0]
        ways = reach(pack, topic.id, candidates)
        near = {
            t: float(vector @ self._topics[pack.id, t, request.locale])
            for way in ways.values()
            for t in way
        }
        said = self._opinion and self._opinion.words.scores(pack.id, answer)
        if self._opinion is not None and said and said.keys() >= set(candidates):
            return candidates[int(self._opinion.odds(near, said, ways.values()).argmax())]
        nearest = max(candidates, key=near.__getitem__)
        return nearest if near[nearest] > near[candidates[0]] + self._margin else candidates[0]


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
