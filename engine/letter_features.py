"""Letter n-grams of a text, weighted by tf-idf: how something is worded.

A sentence vector says what a message is about; "skip pls" and "건너뛸래" are told by their letters,
and so is what is special about the answers to one question. N-grams of one to four letters within
words, as scikit-learn's ``char_wb``, are known by a 32-bit code in place of their text.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray

LONGEST = 4
_READ_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class LetterVocabulary:
    """The n-grams that are known.

    Args:
        codes: of each, ascending: ``(n,)``.
        idf: inverse document frequency of each, ``(n,)``.
    """

    codes: np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
    idf: FloatArray

    def vector(self, text: str) -> FloatArray:
        """Return the tf-idf weights of a text's n-grams, of unit length: ``(n,)``."""
        counts = ngram_counts(text)
        found = np.fromiter(counts, dtype=np.uint32, count=len(counts))
        places = np.minimum(np.searchsorted(self.codes, found), len(self.codes) - 1)
        vector = np.zeros(len(self.codes), dtype=np.float32)
        for code, place in zip(found, places, strict=True):
            if self.codes[place] == code:
                vector[place] = (1 + math.log(counts[int(code)])) * self.idf[place]
        norm = float(np.linalg.norm(vector))
        return vector / norm if norm else vector


def ngram_counts(text: str) -> Counter[int]:
    """Return how often each n-gram of the words of a text occurs, by its 32-bit code."""
    counts: Counter[int] = Counter()
    for word in text[:_READ_CHARACTERS].casefold().split():
        padded = f" {word} "
        for length in range(1, LONGEST + 1):
            for start in range(len(padded) - length + 1):
                counts[zlib.crc32(padded[start : start + length].encode())] += 1
    return counts
