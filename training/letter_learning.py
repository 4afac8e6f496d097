"""Learns which letter n-grams and pairs of words texts are made of, and how telling each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.letter_features import LetterVocabulary, ngram_counts
from engine.word_pairs import PairVocabulary, pair_counts


def learn_letters(texts: Sequence[str], least: int) -> LetterVocabulary:
    """Return the n-grams of some texts, their weights smoothed as in scikit-learn.

    Args:
        texts: to learn from.
        least: in how many texts an n-gram must occur; those of fewer tell of one writer alone.
    """
    return LetterVocabulary(*_codes_and_idf(map(ngram_counts, texts), len(texts), least))


def learn_pairs(texts: Sequence[str], least: int) -> PairVocabulary:
    """Return the pairs of near words of some texts; arguments as for `learn_letters`."""
    return PairVocabulary(*_codes_and_idf(map(pair_counts, texts), len(texts), least))


def _codes_and_idf(
    counted: Iterable[Mapping[int, int]], texts: int, least: int
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint32]], FloatArray]:
    documents = Counter(code for counts in counted for code in counts)
    codes = np.array(sorted(c for c, n in documents.items() if n >= least), dtype=np.uint32)
    idf = np.log((1 + texts) / (1 + np.array([documents[int(c)] for c in codes]))) + 1
    return codes, idf.astype(np.float32)
