"""A near-miss is made by a denial or by an exchanged word, whichever there is."""

import random

import pytest

from engine.contract import Intent
from training.near_misses import near_miss, near_miss_of, near_miss_rows
from training.rows import AnswerRow


def row(answer: str, covered: tuple[str, ...], wrong: tuple[str, ...] = ()) -> AnswerRow:
    return AnswerRow("apples", "f", "en", answer, Intent.ANSWER, covered, (), wrong, "right")


def test_both_ways_are_taken() -> None:
    made = {near_miss("학습률을 높인다", random.Random(seed)) for seed in range(60)}
    assert {"학습률을 높이지 않는다", "학습률을 낮인다"} <= made


def test_where_one_way_is_closed_the_other_is_taken() -> None:
    assert {near_miss("more loss", random.Random(seed)) for seed in range(20)} >= {"less loss"}
    assert {near_miss("it is red", random.Random(seed)) for seed in range(20)} == {"it is not red"}


def test_of_some_sentences_none_is_made() -> None:
    assert near_miss("안녕", random.Random(1)) is None


@pytest.mark.parametrize(
    ("answer", "covered"),
    [("is it red?", ("colour",)), ("it is red", ("colour", "taste")), ("it is red", ())],
)
def test_no_near_miss_is_made_where_it_could_still_be_right(
    answer: str, covered: tuple[str, ...]
) -> None:
    assert near_miss_of(row(answer, covered), random.Random(1)) is None


def test_near_misses_of_right_answers_deny_the_point() -> None:
    rows = [row("it is red", ("colour",)), row("it is blue", (), ("colour",))]
    (made,) = near_miss_rows(rows, 1.0, random.Random(1))
    assert (made.answer, made.covered, made.wrong) == ("it is not red", (), ("colour",))
    assert made.kind == "near_miss"


def test_a_share_of_the_right_answers_gets_one() -> None:
    rows = [row(f"it is red {number}", ("colour",)) for number in range(200)]
    assert 60 < len(list(near_miss_rows(rows, 0.5, random.Random(1)))) < 140
