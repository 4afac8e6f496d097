"""Letter n-grams tell texts apart by how they are worded, the same way on every machine."""

from __future__ import annotations

import numpy as np

from engine.letter_features import ngram_counts
from tests.support.stage_one import letters_of


def test_texts_worded_alike_lie_near_each_other() -> None:
    texts = ("건너뛸래", "건너뛸래요", "정답이 뭐야")
    letters = letters_of(*texts)
    wish, like, other = map(letters.vector, texts)
    assert wish @ like > 0.6 > wish @ other


def test_case_does_not_count() -> None:
    assert ngram_counts("Skip IT") == ngram_counts("skip it")


def test_what_is_not_known_is_passed_over() -> None:
    letters = letters_of("loss function")
    assert np.isclose(np.linalg.norm(letters.vector("the loss function")), 1.0)
    assert np.count_nonzero(letters.vector("제곱")) == 1  # the space around a word


def test_a_known_text_has_known_codes() -> None:
    # Layers that were fitted on them are stored: the codes must never change.
    assert sorted(ngram_counts("a")) == [105998545, 2156193244, 3904355907, 3916222277, 4008208275]
