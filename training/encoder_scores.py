"""Measures a sentence encoder on the KorSTS and STS-B development splits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import spearmanr

from training.corpora import ScoredPair, SimilaritySplit
from training.encoder_model import Vectors


class TextEncoder(Protocol):
    """Anything that turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (texts, width)."""
        ...


@dataclass(frozen=True)
class EncoderScores:
    """What an encoder reached.

    Attributes:
        korsts: Spearman correlation with the gold scores, Korean.
        stsb: the same, English.
        aligned_cosine: mean cosine between a Korean sentence and its English source.
        language_gap: mean absolute difference between a pair's cosine in Korean and in English.
    """

    korsts: float
    stsb: float
    aligned_cosine: float
    language_gap: float

    @property
    def overall(self) -> float:
        """What the best checkpoint is chosen by: both languages count alike."""
        return (self.korsts + self.stsb) / 2


def measure(encoder: TextEncoder, dev: SimilaritySplit) -> EncoderScores:
    """Score an encoder on one split, both languages."""
    korean = _pair_vectors(encoder, dev.korean)
    english = _pair_vectors(encoder, dev.english)
    korean_cosines = (korean[0] * korean[1]).sum(axis=1)
    english_cosines = (english[0] * english[1]).sum(axis=1)
    return EncoderScores(
        korsts=_spearman(korean_cosines, dev.korean),
        stsb=_spearman(english_cosines, dev.english),
        aligned_cosine=float((korean[0] * english[0]).sum(axis=1).mean()),
        language_gap=float(np.abs(korean_cosines - english_cosines).mean()),
    )


def _pair_vectors(encoder: TextEncoder, pairs: tuple[ScoredPair, ...]) -> tuple[Vectors, Vectors]:
    return (
        encoder.encode([pair.first for pair in pairs]),
        encoder.encode([pair.second for pair in pairs]),
    )


def _spearman(cosines: Vectors, pairs: tuple[ScoredPair, ...]) -> float:
    return float(spearmanr(cosines, [pair.score for pair in pairs]).statistic)
