"""Deals labelled rows out into stratified parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

Indices: TypeAlias = npt.NDArray[np.int64]

# The part of a row whose label is too rare to be tested: it is always learnt from.
ALWAYS_LEARNT = -1


def stratified_parts(labels: Sequence[str], parts: int, seed: int) -> Indices:
    """Return the part of each row, from 0; every part gets its share of every label.

    Rows of labels that have fewer rows than there are parts get `ALWAYS_LEARNT`.

    Args:
        labels: of the rows, in order.
        parts: how many, at least 2.
        seed: shuffles the rows.
    """
    counted = Counter(labels)
    dealt = np.array([i for i, label in enumerate(labels) if counted[label] >= parts], np.int64)
    part_of = np.full(len(labels), ALWAYS_LEARNT, np.int64)
    if len(dealt):
        folds = StratifiedKFold(parts, shuffle=True, random_state=seed)
        kept = [labels[index] for index in dealt]
        for part, (_, tested) in enumerate(folds.split(dealt, kept)):
            part_of[dealt[tested]] = part
    return part_of
