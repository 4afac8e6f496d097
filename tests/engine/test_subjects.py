"""An answer is judged by what it says of its subject, whether it names it first or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.subjects import without_subject

NAMES = ("손실 함수", "loss function", "loss")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("손실 함수는 예측과 정답의 차이야", "예측과 정답의 차이야"),
        ("손실함수란 얼마나 틀렸는지야", "얼마나 틀렸는지야"),
        ("음, 손실 함수라는 건 오차야", "오차야"),
        ("A loss function measures the error", "measures the error"),
        ("The loss is how wrong it was", "how wrong it was"),
        ("Loss function: the error", "the error"),
    ],
)
def test_a_subject_at_the_beginning_is_taken_off(text: str, rest: str) -> None:
    assert without_subject(text, NAMES) == rest


@pytest.mark.parametrize(
    "text", ["예측과 정답의 차이", "loss", "lossless", "모델의 손실 함수", "MSE is a loss", ""]
)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert without_subject(text, NAMES) == text


def test_without_names_nothing_is_taken_off() -> None:
    assert without_subject("손실 함수는 오차야", ()) == "손실 함수는 오차야"


@given(st.text(max_size=60))
def test_what_is_left_is_the_end_of_what_was_said(text: str) -> None:
    assert text.endswith(without_subject(text, NAMES)) or text.strip().endswith(
        without_subject(text, NAMES)
    )
