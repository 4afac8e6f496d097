"""What is learnt of letters is what scikit-learn would learn; pairs of words are learnt alike."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.letter_features import ngram_counts
from engine.word_pairs import pair_counts
from training.letter_learning import learn_letters, learn_pairs

TEXTS = ["오차의 제곱을 평균", "mean of squares", "squared errors, the mean of them", "오차"]


def test_vectors_are_those_of_scikit_learn() -> None:
    """The same n-grams, the same tf-idf: only the order of the columns is another."""
    learn = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    expected = learn.fit_transform(TEXTS).toarray()
    letters = learn_letters(TEXTS, 1)
    for text, row in zip(TEXTS, expected, strict=True):
        np.testing.assert_allclose(np.sort(letters.vector(text)), np.sort(row), atol=1e-5)


def test_rare_letters_are_left_out() -> None:
    letters = learn_letters(TEXTS, 2)
    known = set(letters.codes.tolist())
    assert set(ngram_counts("오차")) & known
    assert not set(ngram_counts("square")) - set(ngram_counts("squares")) & known
    assert all(sum(code in ngram_counts(text) for text in TEXTS) >= 2 for code in known)


def test_pairs_of_words_that_several_texts_share_are_known() -> None:
    texts = ["loss falls quickly", "the loss falls", "loss grows"]
    shared = set(pair_counts("loss falls"))
    assert set(learn_pairs(texts, 2).codes.tolist()) == shared
    assert set(learn_pairs(texts, 1).codes.tolist()) > shared


def test_texts_of_one_word_have_no_pairs() -> None:
    assert not learn_pairs(["loss", "MSE"], 1).vector("loss MSE").size
