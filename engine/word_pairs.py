"""Which words of a text stand near one another, and in which order.

What is said of what is lost on single words: "random units off in training, all on at test time" is
made of the same ones as its opposite. So words are counted in pairs, as `engine.denials` reads
them: each with the eight that follow it. A pair is known by a 32-bit code in place of its text.
"""

from __future__ import annotations

import zlib
from collections import Counter

from engine.arrays import FloatArray
from engine.code_vocabulary import CodeVocabulary
from engine.denials import marked_concepts

_WINDOW = 8


class PairVocabulary(CodeVocabulary):
    """The pairs that are known."""

    __slots__ = ()

    def vector(self, text: str) -> FloatArray:
        """Return the tf-idf weights of a text's pairs of words, of unit length: ``(n,)``."""
        return self.weigh(pair_counts(text))


def pair_counts(text: str) -> Counter[int]:
    """Return how often each ordered pair of near words occurs in a text, by its 32-bit code."""
    words = marked_concepts(text)
    return Counter(
        zlib.crc32(f"{word} {follower}".encode())
        for place, word in enumerate(words)
        for follower in words[place + 1 : place + 1 + _WINDOW]
    )
