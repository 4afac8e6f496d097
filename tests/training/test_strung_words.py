"""Key words strung together: every word of a right answer, another order, and nothing said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.contract import Intent
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from training.rows import AnswerRow
from training.strung_words import strung, strung_rows


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def row(answer: str, *covered: str) -> AnswerRow:
    return AnswerRow("apples", "f", "en", answer, Intent.ANSWER, covered, (), (), "right")


def test_key_words_are_kept_and_what_binds_them_is_not() -> None:
    text = "A loss measures how far the predictions of a model are from the targets"
    orders = {strung(text, random.Random(seed)) for seed in range(9)}
    assert len(orders) > 1
    for order in orders:
        keys = ["far", "loss", "measures", "model", "predictions", "targets"]
        assert sorted((order or "").split()) == keys


@pytest.mark.parametrize(
    "text", ["MSE, MAE, Huber, hinge", "squared errors", "the loss of a model"]
)
def test_what_is_key_words_already_or_too_short_gives_none(text: str) -> None:
    assert strung(text, random.Random(1)) is None


def test_only_right_answers_are_strung_and_cover_nothing_then(pack: QuestionPack) -> None:
    said = "The skin of this apple is of a very deep crimson"
    rows = [row(said, "colour"), row("The skin of that apple is of some very pale blue")]
    (found,) = strung_rows(pack, rows, 1.0, random.Random(1))
    assert sorted(found.answer.split()) == ["apple", "crimson", "deep", "skin"]
    assert found.covered == ()


def test_only_a_share_is_drawn(pack: QuestionPack) -> None:
    rows = [row(f"The skin of this apple is of a very deep red {n}", "colour") for n in range(200)]
    assert 20 < len(list(strung_rows(pack, rows, 0.25, random.Random(1)))) < 90
