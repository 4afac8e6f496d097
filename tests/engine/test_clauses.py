"""Messages are cut where people cut them, and every piece stays what they wrote."""

from __future__ import annotations

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clauses import MAX_CLAUSES, split_clauses, split_sentences


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "손실은 오차고 학습은 그걸 줄이는 거야",
            ("손실은 오차고", "학습은 그걸 줄이는 거야"),
        ),
        (
            "MSE는 제곱을 쓰지만 MAE는 절댓값을 써",
            ("MSE는 제곱을 쓰지만", "MAE는 절댓값을 써"),
        ),
        ("드롭아웃은 끄는 건데 학습할 때만 써", ("드롭아웃은 끄는 건데", "학습할 때만 써")),
        (
            "파라미터가 적으니까 메모리도 덜 먹어. 그래서 빨라!",
            ("파라미터가 적으니까", "메모리도 덜 먹어.", "그래서 빨라!"),
        ),
        ("로라는 얼리고, 작은 행렬만 배워", ("로라는 얼리고", "작은 행렬만 배워")),
        ("회귀에 써\n분류에는 안 맞아", ("회귀에 써", "분류에는 안 맞아")),
        (
            "The loss is an error. Training lowers it; that is all",
            ("The loss is an error.", "Training lowers it", "that is all"),
        ),
        (
            "LoRA freezes the weights and it trains two small matrices",
            ("LoRA freezes the weights", "and it trains two small matrices"),
        ),
        (
            "MSE punishes outliers while MAE is more robust",
            ("MSE punishes outliers", "while MAE is more robust"),
        ),
        # A list is no change of subject.
        ("bread and butter", ("bread and butter",)),
        ("그냥 오차", ("그냥 오차",)),
        # Too short to say anything: it takes the rest to mean something.
        ("MSE, MAE", ("MSE, MAE",)),
        ("ok", ("ok",)),
        ("   ", ()),
        ("", ()),
    ],
)
def test_clauses(text: str, clauses: tuple[str, ...]) -> None:
    assert split_clauses(text) == clauses


def test_decimal_points_and_versions_end_no_sentence() -> None:
    assert split_sentences("It fell to 0.25 with v2.0 of it. Then it rose.") == (
        "It fell to 0.25 with v2.0 of it.",
        "Then it rose.",
    )


def test_a_flood_of_clauses_is_cut() -> None:
    assert len(split_clauses("this is one more clause. " * 100)) == MAX_CLAUSES


WORDS = ("손실은", "오차고", "하지만", "그리고", "and", "but", "it", "is", ",", ".", "\n", ";", "…")


@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=60).map("".join),
    )
)
def test_pieces_are_verbatim_in_order_and_never_empty(text: str) -> None:
    for pieces in (split_sentences(text), split_clauses(text)):
        place = 0
        for piece in pieces:
            assert piece.strip()
            place = text.index(piece, place) + len(piece)
        assert bool(pieces) == bool(text.strip())


def test_a_long_run_of_blanks_costs_no_more_than_its_length() -> None:
    """Whoever pastes a table must not hold up the others: ten times the blanks, ten times as long.

    Were each blank tried anew it would be a hundred times.
    """

    def seconds(blanks: int) -> float:
        text = f"the loss is{' ' * blanks}an error"
        return min(timeit.repeat(lambda: split_clauses(text), number=1, repeat=15))

    assert seconds(10_000) < 40 * seconds(1_000)
