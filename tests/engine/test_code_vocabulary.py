"""Pieces of a text are weighted by how often they occur and how rare they are."""

from __future__ import annotations

import numpy as np
import pytest

from engine.code_vocabulary import CodeVocabulary


def vocabulary(**idf: float) -> CodeVocabulary:
    codes = np.array([int(name[1:]) for name in idf], dtype=np.uint32)
    return CodeVocabulary(codes, np.array(list(idf.values()), dtype=np.float32))


def test_rare_pieces_weigh_more() -> None:
    assert vocabulary(c3=3.0, c7=4.0).weigh({7: 1, 3: 1}) == pytest.approx([0.6, 0.8])


def test_a_piece_that_is_said_again_weighs_more_but_not_twice_as_much() -> None:
    once, again = vocabulary(c3=1.0, c7=1.0).weigh({3: 1, 7: 2})
    assert once < again < 2 * once


def test_what_is_not_known_is_passed_over() -> None:
    assert vocabulary(c3=1.0, c7=1.0).weigh({2: 1, 7: 1, 9: 5}) == pytest.approx([0.0, 1.0])
    assert vocabulary(c3=1.0).weigh({9: 5}) == pytest.approx([0.0])


def test_nothing_can_be_known() -> None:
    assert vocabulary().weigh({3: 1}).shape == (0,)
