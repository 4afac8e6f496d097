"""What the messages that lead to each topic of a pack are made of: a linear layer over n-grams.

Sentence vectors compare a message with any topic, of packs that nobody trained on too. Of the pack
that the layer learnt from, the letters know more: names, abbreviations and spellings of what
belongs to a topic, and what is said where somebody wants nothing in particular.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.arrays import FloatArray
from engine.errors import ArtifactError
from engine.letter_features import LetterVocabulary

WORDS_FILE = "words.safetensors"
# Stands for no topic among the scores: the message leads nowhere in particular.
NOWHERE = ""
_STEPS = 127


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The layer.

    Args:
        pack_id: the pack that it learnt from: topics of others may mean something else.
        topics: the ids that it scores, `NOWHERE` among them.
        letters: the n-grams that it reads.
        weight: ``(topics, n-grams)``.
        bias: ``(topics,)``.
    """

    pack_id: str
    topics: tuple[str, ...]
    letters: LetterVocabulary
    weight: FloatArray
    bias: FloatArray

    def scores(self, pack_id: str, text: str) -> dict[str, float] | None:
        """Return topic id → log-odds that a message leads there; None for another pack."""
        if pack_id != self.pack_id:
            return None
        scores = self.weight @ self.letters.vector(text) + self.bias
        return dict(zip(self.topics, map(float, scores), strict=True))

    def save(self, folder: Path) -> None:
        """Store the layer but for the names, which the manifest holds.

        Most weights are zero; of the others each takes a byte for its topic and one for its value.
        """
        scale = np.maximum(np.abs(self.weight).max(axis=1), np.float32(1e-6)) / _STEPS
        steps = np.rint(self.weight / scale[:, None]).astype(np.int8)
        ngrams, topics = np.nonzero(steps.T)
        stored = {
            "codes": np.ascontiguousarray(self.letters.codes),
            "idf": self.letters.idf.astype(np.float16),
            "counts": np.bincount(ngrams, minlength=len(self.letters.codes)).astype(np.uint8),
            "topics": topics.astype(np.uint8),
            "steps": steps[topics, ngrams],
            "scale": scale.astype(np.float32),
            "bias": self.bias.astype(np.float32),
        }
        save_file(stored, str(folder / WORDS_FILE))
        (folder / WORDS_FILE).chmod(0o644)  # safetensors writes for its owner alone

    @classmethod
    def load(cls, folder: Path, pack_id: str, topics: Sequence[str]) -> TopicWords:
        """Read what `save` stored.

        Args:
            folder: the selector's.
            pack_id, topics: as the manifest has them.

        Raises:
            ArtifactError: the file cannot be read or does not fit the topics.
        """
        file = folder / WORDS_FILE
        try:
            stored = load_file(str(file))
            letters = LetterVocabulary(stored["codes"], stored["idf"].astype(np.float32))
            weight = np.zeros((len(stored["bias"]), len(letters.codes)), dtype=np.float32)
            ngrams = np.repeat(np.arange(len(letters.codes)), stored["counts"])
            weight[stored["topics"], ngrams] = stored["steps"] * stored["scale"][stored["topics"]]
            bias = stored["bias"]
        except (OSError, KeyError, ValueError, IndexError, SafetensorError) as error:
            raise ArtifactError(f"{file} cannot be used: {error}") from None
        if len(topics) != len(bias):
            raise ArtifactError(f"{file} scores {len(bias)} topics, its manifest {len(topics)}")
        return cls(pack_id, tuple(topics), letters, weight, bias)
