"""What answers to one question are made of: for each point, a linear layer over their pieces.

The verifier must be able to judge questions that nobody trained on, and is blind to what is special
about one. Where a question's answers were labelled, their letter n-grams tell its near-misses apart
quite well, and pairs of near words (`engine.word_pairs`) the answers that say the same of the wrong
thing. The score is one more feature of the calibration; points without a head do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.arrays import FloatArray
from engine.errors import ArtifactError
from engine.letter_features import LetterVocabulary
from engine.questions import Topic
from engine.rhetorical_questions import as_statement
from engine.word_pairs import PairVocabulary

HEADS_FILE = "heads.safetensors"
# How much the pairs of words weigh beside the letters.
PAIRS_SHARE = 0.6
_CODES, _IDF, _WEIGHTS, _BIAS = ".codes", ".idf", ".weights", ".bias"
_PAIR_CODES, _PAIR_IDF = ".pair_codes", ".pair_idf"


@dataclass(frozen=True, slots=True)
class AnswerPieces:
    """What the answers to one topic are made of.

    Args:
        letters: the n-grams that are known.
        pairs: the pairs of words that are known.
    """

    letters: LetterVocabulary
    pairs: PairVocabulary

    def vector(self, text: str) -> FloatArray:
        """Return the weights of a text's n-grams, then those of its pairs: ``(pieces,)``."""
        stated = as_statement(text)
        parts = (self.letters.vector(stated), PAIRS_SHARE * self.pairs.vector(stated))
        return np.concatenate(parts, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TopicHeads:
    """The heads of the points of one topic.

    Args:
        pieces: what the topic's answers are made of.
        weights: ``(points, pieces)``, points in the topic's order.
        bias: ``(points,)``.
    """

    pieces: AnswerPieces
    weights: FloatArray
    bias: FloatArray

    def scores(self, text: str) -> FloatArray:
        """Return how much each point seems covered, as log-odds: ``(points,)``."""
        return np.asarray(self.weights @ self.pieces.vector(text) + self.bias, dtype=np.float32)


class PointHeads:
    """All heads that there are.

    Args:
        pack_id: the pack whose answers they learnt from.
        topics: topic id → its heads.
    """

    def __init__(self, pack_id: str, topics: Mapping[str, TopicHeads]) -> None:
        self._pack_id = pack_id
        self._topics = topics

    @classmethod
    def load(cls, folder: Path, pack_id: str) -> PointHeads:
        """Read the heads in the verifier's folder.

        Raises:
            ArtifactError: they cannot be read.
        """
        try:
            return cls(pack_id, load_heads(folder / HEADS_FILE))
        except (OSError, KeyError, SafetensorError) as error:
            raise ArtifactError(f"{folder / HEADS_FILE} cannot be used: {error}") from None

    def scores(self, pack_id: str, topic: Topic, text: str) -> dict[str, float] | None:
        """Return point id → score of a message; None where nothing was learnt of the topic.

        Args:
            pack_id: the pack that the topic belongs to: ids of others may mean something else.
            topic: the topic.
            text: the message.
        """
        heads = self._topics.get(topic.id) if pack_id == self._pack_id else None
        if heads is None or len(heads.bias) != len(topic.points):
            return None
        return dict(zip(topic.point_ids, map(float, heads.scores(text)), strict=True))


def save_heads(heads: Mapping[str, TopicHeads], file: Path) -> None:
    """Store heads by topic id, in half precision."""
    stored: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for topic_id, of in heads.items():
        letters, pairs = of.pieces.letters, of.pieces.pairs
        stored[topic_id + _CODES] = np.ascontiguousarray(letters.codes)
        stored[topic_id + _IDF] = letters.idf.astype(np.float16)
        stored[topic_id + _PAIR_CODES] = np.ascontiguousarray(pairs.codes)
        stored[topic_id + _PAIR_IDF] = pairs.idf.astype(np.float16)
        stored[topic_id + _WEIGHTS] = np.ascontiguousarray(of.weights, dtype=np.float16)
        stored[topic_id + _BIAS] = of.bias.astype(np.float32)
    save_file(stored, str(file))
    file.chmod(0o644)


def load_heads(file: Path) -> dict[str, TopicHeads]:
    """Read what `save_heads` stored.

    Raises:
        OSError, SafetensorError, KeyError: the file cannot be read, or a part is missing.
    """
    stored = load_file(str(file))
    topics = [name.removesuffix(_CODES) for name in stored if name.endswith(_CODES)]
    return {
        topic_id: TopicHeads(
            pieces=AnswerPieces(
                LetterVocabulary(
                    codes=stored[topic_id + _CODES],
                    idf=stored[topic_id + _IDF].astype(np.float32),
                ),
                PairVocabulary(
                    codes=stored[topic_id + _PAIR_CODES],
                    idf=stored[topic_id + _PAIR_IDF].astype(np.float32),
                ),
            ),
            weights=stored[topic_id + _WEIGHTS].astype(np.float32),
            bias=stored[topic_id + _BIAS],
        )
        for topic_id in topics
    }
