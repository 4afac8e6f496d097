"""What cleaning takes out of a message and what it must leave alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.cleaning import MAX_CHARACTERS, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("손실 함수는 오차를 재는 함수야", "손실 함수는 오차를 재는 함수야"),
        ("  \t MSE \n", "MSE"),
        ("첫 줄\r\n둘째 줄\r셋째 줄", "첫 줄\n둘째 줄\n셋째 줄"),
        ("열1\t열2", "열1\t열2"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("\u202egnorw\u202c", "gnorw"),
        ("in\u200bvisible\ufeff", "invisible"),
        ("half \ud83d emoji", "half  emoji"),
        ("가족 👨‍👩‍👧", "가족 👨‍👩‍👧"),
        ("", ""),
        ("\x00\x01\u200b", ""),
    ],
)
def test_it_keeps_what_was_said_and_drops_what_only_hides(typed: str, kept: str) -> None:
    assert clean_text(typed) == (kept, False)


def test_decomposed_hangul_is_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "손실 함수")
    assert clean_text(decomposed) == ("손실 함수", False)


def test_hangul_split_by_a_control_character_is_still_composed() -> None:
    assert clean_text("ㅎ".join(["\u1112\x00\u1161\x00\u11ab"])) == ("한", False)


def test_a_message_of_the_longest_length_is_not_cut() -> None:
    text = "가" * MAX_CHARACTERS
    assert clean_text(text) == (text, False)


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000, 3_000_000])
def test_a_longer_message_is_cut_and_says_so(length: int) -> None:
    kept, cut = clean_text("가" * length)
    assert kept == "가" * MAX_CHARACTERS
    assert cut


def test_a_flood_of_control_characters_is_cut_too() -> None:
    _, cut = clean_text("시작" + "\x01" * 200_000 + "끝")
    assert cut


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=200))
def test_a_clean_message_can_be_stored_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once, cut = clean_text(text)
    once.encode("utf-8")
    assert "\x00" not in once
    assert clean_text(once) == (once, False)
    assert not cut
