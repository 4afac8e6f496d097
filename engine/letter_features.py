"""Letter n-grams of a text, weighted by tf-idf: how something is worded.

A sentence vector says what a message is about; "skip pls" and "건너뛸래" are told by their letters,
and so is what is special about the answers to one question. N-grams of one to four letters within
words, as scikit-learn's ``char_wb``, are known by a 32-bit code in place of their text.
"""

from __future__ import annotations

import zlib
from collections import Counter

from engine.arrays import FloatArray
from engine.code_vocabulary import CodeVocabulary

LONGEST = 4
_READ_CHARACTERS = 600


class LetterVocabulary(CodeVocabulary):
    """The n-grams that are known."""

    __slots__ = ()

    def vector(self, text: str) -> FloatArray:
        """Return the tf-idf weights of a text's n-grams, of unit length: ``(n,)``."""
        return self.weigh(ngram_counts(text))


def ngram_counts(text: str) -> Counter[int]:
    """Return how often each n-gram of the words of a text occurs, by its 32-bit code."""
    counts: Counter[int] = Counter()
    for word in text[:_READ_CHARACTERS].casefold().split():
        padded = f" {word} "
        for length in range(1, LONGEST + 1):
            for start in range(len(padded) - length + 1):
                counts[zlib.crc32(padded[start : start + length].encode())] += 1
    return counts
