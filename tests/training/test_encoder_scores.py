"""The scores say how well cosines order pairs, per language, and how far the languages differ."""

from collections.abc import Sequence

import numpy as np
import pytest

from training.corpora import ScoredPair, SimilaritySplit
from training.encoder_model import Vectors
from training.encoder_scores import measure


class AngleEncoder:
    """Puts a text ``"30"`` at 30 degrees on the unit circle."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        angles = np.radians([float(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_scores_follow_the_angles() -> None:
    korean = (ScoredPair("0", "10", 5.0), ScoredPair("0", "50", 3.0), ScoredPair("0", "90", 1.0))
    english = (ScoredPair("0", "90", 5.0), ScoredPair("0", "50", 3.0), ScoredPair("0", "10", 1.0))
    scores = measure(AngleEncoder(), SimilaritySplit(korean, english))
    assert scores.korsts == pytest.approx(1.0)
    assert scores.stsb == pytest.approx(-1.0)
    assert scores.overall == pytest.approx(0.0)
    assert scores.aligned_cosine == pytest.approx(1.0)
    assert scores.language_gap == pytest.approx(2 * np.cos(np.radians(10)) / 3, abs=1e-6)
