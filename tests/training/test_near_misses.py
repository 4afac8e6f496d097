"""A near-miss is made by a denial or by an exchanged word, whichever there is."""

import random

from training.near_misses import near_miss


def test_both_ways_are_taken() -> None:
    made = {near_miss("학습률을 높인다", random.Random(seed)) for seed in range(60)}
    assert {"학습률을 높이지 않는다", "학습률을 낮인다"} <= made


def test_where_one_way_is_closed_the_other_is_taken() -> None:
    assert {near_miss("more loss", random.Random(seed)) for seed in range(20)} >= {"less loss"}
    assert {near_miss("it is red", random.Random(seed)) for seed in range(20)} == {"it is not red"}


def test_of_some_sentences_none_is_made() -> None:
    assert near_miss("안녕", random.Random(1)) is None
