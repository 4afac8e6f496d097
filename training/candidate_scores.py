"""How well similarities to a list of candidates point out the right one.

All functions take ``near``, the cosine similarities (inputs, candidates), and ``truth``, the index
of each input's right candidate (inputs,).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.arrays import FloatArray

Truth: TypeAlias = npt.NDArray[np.int64]


def accuracy(near: FloatArray, truth: Truth) -> float:
    """Return the share of inputs whose nearest candidate is the right one."""
    return float((near.argmax(axis=1) == truth).mean())


def mean_diff(near: FloatArray, truth: Truth) -> float:
    """Return how clearly the right candidate wins, averaged over the inputs.

    An input counts top-1 − top-2 similarity when its top-1 is right, and −(top-1 − the truth's
    similarity) when it is wrong. There must be at least two candidates.
    """
    ordered = np.sort(near, axis=1)
    first, second = ordered[:, -1], ordered[:, -2]
    of_truth = near[np.arange(len(truth)), truth]
    right = near.argmax(axis=1) == truth
    return float(np.where(right, first - second, of_truth - first).mean())


def mse(near: FloatArray, truth: Truth) -> float:
    """Return the mean squared distance of all similarities from 1 (right) or 0 (wrong)."""
    return float(((near - _targets(near, truth)) ** 2).mean())


def mae(near: FloatArray, truth: Truth) -> float:
    """Return the mean absolute distance of all similarities from 1 (right) or 0 (wrong)."""
    return float(np.abs(near - _targets(near, truth)).mean())


def corr(near: FloatArray, truth: Truth) -> float:
    """Return the Pearson correlation of all similarities with 1 (right) or 0 (wrong).

    It is 0 where all similarities are the same.
    """
    if np.ptp(near) == 0:
        return 0.0
    return float(np.corrcoef(near.ravel(), _targets(near, truth).ravel())[0, 1])


@dataclass(frozen=True, slots=True)
class CandidateScores:
    """All measures of one set of inputs; ``n`` is their number."""

    n: int
    accuracy: float
    mean_diff: float
    mse: float
    mae: float
    corr: float

    @classmethod
    def of(cls, near: FloatArray, truth: Truth) -> CandidateScores:
        """Measure similarities (inputs, candidates) against the right candidates (inputs,)."""
        measures = (f(near, truth) for f in (accuracy, mean_diff, mse, mae, corr))
        return cls(len(truth), *measures)

    def rounded(self) -> dict[str, float]:
        """Return the measures by name, as a manifest holds them."""
        return {name: round(value, 5) for name, value in asdict(self).items()}


def _targets(near: FloatArray, truth: Truth) -> FloatArray:
    targets = np.zeros_like(near)
    targets[np.arange(len(truth)), truth] = 1
    return targets
