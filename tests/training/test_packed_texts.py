"""Rows hold the texts without padding, and every epoch shows each row once."""

from __future__ import annotations

import numpy as np

from tests.support.language_corpora import KOREAN
from training.language_tokenizer import train_tokenizer
from training.packed_texts import epoch_batches, pack_texts, shuffled


def test_rows_are_the_texts_one_after_another() -> None:
    tokenizer = train_tokenizer(KOREAN, pieces=300, seed=1)
    stream = [i for text in KOREAN for i in tokenizer.encode(text).ids]
    rows = pack_texts(tokenizer, KOREAN, length=7)
    assert rows.shape == (len(stream) // 7, 7)
    assert rows.flatten().tolist() == stream[: rows.size]


def test_too_few_tokens_fill_no_row() -> None:
    tokenizer = train_tokenizer(KOREAN, pieces=300, seed=1)
    assert pack_texts(tokenizer, KOREAN[:1], length=10_000).shape == (0, 10_000)
    assert pack_texts(tokenizer, [], length=4).dtype == np.uint16


def test_an_epoch_shows_every_row_once_in_an_order_of_its_own() -> None:
    first, again, second = (epoch_batches(11, 4, seed=3, epoch=epoch) for epoch in (0, 0, 1))
    assert [len(batch) for batch in first] == [4, 4, 3]
    assert sorted(number for batch in first for number in batch) == list(range(11))
    assert first == again
    assert first != second


def test_the_order_of_texts_depends_on_the_seed_alone() -> None:
    assert shuffled(KOREAN, 1) == shuffled(list(KOREAN), 1)
    assert shuffled(KOREAN, 1) != shuffled(KOREAN, 2)
    assert sorted(shuffled(KOREAN, 1)) == sorted(KOREAN)
