"""Where a quick reading is not enough: the verdict could turn on what it is off by.

A verifier that computes in int8 reads a pair in less than half the time, and its logits are a
little off. Most verdicts stand far from any threshold; a pair whose does not is read exactly.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from engine.arrays import FloatArray
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import VerdictPolicy

# How far a quick logit may be off. Over 2,602 pairs of the validation split it is 0.04 on average
# (root mean square), and the 33 verdicts that this turned are all found to be open with 0.12.
SLACK = 0.2
_CLASSES = len(VERIFIER_CLASSES)
# One class up and another one down.
_MOVES = np.array([up - down for up, down in permutations(np.eye(_CLASSES, dtype=np.float32), 2)])


def is_open(policy: VerdictPolicy, row: FloatArray) -> bool:
    """Return whether a verdict could be another one if the logits were off by `SLACK`.

    Looked at is what comes of one score being higher and another one lower.

    Args:
        policy: turns features into the verdict.
        row: the features of one (message, point).
    """
    scores = row @ policy.weights.T + policy.bias
    off = SLACK * np.linalg.norm(policy.weights[:, :_CLASSES], axis=1)
    moved = np.exp(scores - scores.max() + _MOVES * off)
    probabilities = moved / moved.sum(axis=1, keepdims=True)
    return len({policy.status(each) for each in probabilities}) > 1
