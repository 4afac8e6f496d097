"""One word is exchanged for its opposite, in either language; nothing else changes."""

import random

import pytest

from training.exchanged_words import exchanged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("학습률을 높이면 발산한다", {"학습률을 낮이면 발산한다", "추론률을 높이면 발산한다"}),
        ("Training error decreases", {"Test error decreases", "Inference error decreases",
                                      "Validation error decreases", "Training error increases"}),
        ("the encoder reads it", {"the decoder reads it"}),
    ],
)  # fmt: skip
def test_a_word_becomes_its_counterpart(text: str, expected: set[str]) -> None:
    found = {exchanged(text, random.Random(seed)) for seed in range(40)}
    assert found == expected


def test_a_capital_stays_a_capital() -> None:
    assert exchanged("Forward pass", random.Random(1)) == "Backward pass"


def test_a_word_inside_another_is_left_alone() -> None:
    assert exchanged("a canary in a mine", random.Random(1)) is None


def test_where_nothing_can_be_exchanged_there_is_no_near_miss() -> None:
    assert exchanged("안녕", random.Random(1)) is None
