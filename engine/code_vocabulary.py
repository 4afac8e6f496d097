"""Pieces of texts, known by 32-bit codes in place of their text, and weighted by tf-idf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class CodeVocabulary:
    """The pieces that are known.

    Args:
        codes: of each, ascending: ``(n,)``.
        idf: inverse document frequency of each, ``(n,)``.
    """

    codes: np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
    idf: FloatArray

    def weigh(self, counts: Mapping[int, int]) -> FloatArray:
        """Return the tf-idf weights of the pieces of a text, of unit length: ``(n,)``.

        Args:
            counts: code → how often the piece occurs; what is not known is passed over.
        """
        vector = np.zeros(len(self.codes), dtype=np.float32)
        if not len(self.codes):
            return vector
        found = np.fromiter(counts, dtype=np.uint32, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        places = np.minimum(np.searchsorted(self.codes, found), len(self.codes) - 1)
        known = self.codes[places] == found
        at = places[known]
        vector[at] = (1 + np.log(often[known])) * self.idf[at]
        norm = float(np.linalg.norm(vector))
        return vector / norm if norm else vector
