"""Learns which letter n-grams texts are made of, and how telling each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from engine.letter_features import LetterVocabulary, ngram_counts


def learn_letters(texts: Sequence[str], least: int) -> LetterVocabulary:
    """Return the n-grams of some texts, their weights smoothed as in scikit-learn.

    Args:
        texts: to learn from.
        least: in how many texts an n-gram must occur; those of fewer tell of one writer alone.
    """
    documents = Counter(code for text in texts for code in ngram_counts(text))
    codes = np.array(sorted(c for c, n in documents.items() if n >= least), dtype=np.uint32)
    idf = np.log((1 + len(texts)) / (1 + np.array([documents[int(c)] for c in codes]))) + 1
    return LetterVocabulary(codes, idf.astype(np.float32))
