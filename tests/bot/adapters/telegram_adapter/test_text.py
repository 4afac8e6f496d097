"""Splitting at 4,096 UTF-16 units: nothing is lost, and no entity and no sign is broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.adapters.telegram_adapter.text import Mark, MarkedText, entities, split, units
from tests.support.telegram_rules import check_entities

ROCKET, FAMILY, KOREAN = "🚀", "👩\u200d👩\u200d👧", "손실 함수 "
WORDS = st.sampled_from(["a", "loss ", "x\n", "\n\n", ". ", ROCKET, FAMILY, KOREAN, "é", "e\u0301"])
PIECES = st.lists(
    st.tuples(
        st.lists(WORDS, min_size=1, max_size=12).map("".join),
        st.sampled_from([(), ("bold",), ("code",), ("bold", "italic")]),
    ),
    max_size=14,
)


def built(pieces: list[tuple[str, tuple[str, ...]]]) -> MarkedText:
    text = MarkedText()
    for words, kinds in pieces:
        text = text.plus(words, *kinds)
    return text


@given(PIECES, st.integers(min_value=24, max_value=60))
def test_parts_fit_and_hold_everything(
    pieces: list[tuple[str, tuple[str, ...]]], longest: int
) -> None:
    whole = built(pieces)
    parts = split(whole, longest)
    assert all(0 < units(part.text) <= longest for part in parts)
    assert "".join("".join(p.text for p in parts).split()) == "".join(whole.text.split())
    for part in parts:
        part.text.encode("utf-16-le")  # a lone half of a pair could not be encoded
        check_entities(part.text, [entity.to_dict() for entity in entities(part)])


@given(PIECES, st.integers(min_value=24, max_value=60))
def test_an_entity_that_fits_a_message_is_in_one_piece(
    pieces: list[tuple[str, tuple[str, ...]]], longest: int
) -> None:
    whole = built(pieces)
    fitting = sum(0 < units(whole.text[m.start : m.end]) <= longest for m in whole.marks)
    if fitting == len(whole.marks):
        assert sum(len(part.marks) for part in split(whole, longest)) == len(whole.marks)


def test_lengths_are_those_of_utf_16() -> None:
    text = MarkedText().plus(f"{ROCKET} ").plus("손실", "bold").plus(ROCKET, "code")
    assert entities(text) == (
        MessageEntity("bold", offset=3, length=2),
        MessageEntity("code", offset=5, length=2),
    )
    assert units(text.text) == 7


def test_a_text_of_signs_outside_the_basic_plane_is_cut_between_them() -> None:
    first, second = split(MarkedText(ROCKET * 2049))
    assert (units(first.text), units(second.text)) == (4096, 2)


@pytest.mark.parametrize(
    ("separator", "kept"), [("\n\n", "\n\n"), ("\n", "\n"), (". ", "."), (" ", "")]
)
def test_the_cut_is_where_reading_pauses(separator: str, kept: str) -> None:
    text = "a" * 30 + separator + "b" * 30
    first, second = split(MarkedText(text), 50)
    assert first.text == "a" * 30 + kept.strip()
    assert second.text == "b" * 30


def test_a_paragraph_is_a_better_place_than_a_later_line() -> None:
    first, _ = split(MarkedText("a" * 30 + "\n\n" + "b" * 10 + "\n" + "c" * 30), 50)
    assert first.text == "a" * 30


def test_a_mark_is_moved_to_the_next_message_rather_than_cut() -> None:
    text = MarkedText().plus("a" * 40).plus("b b b b b b b b b b", "code")
    first, second = split(text, 50)
    assert (first.text, first.marks) == ("a" * 40, ())
    assert second.marks == (Mark("code", 0, 19),)


def test_a_mark_longer_than_a_message_goes_on_in_the_next() -> None:
    text = MarkedText().plus("word " * 30, "blockquote").plus(" end")
    parts = split(text, 50)
    assert [part.marks[:1] for part in parts[:3]] == [
        (Mark("blockquote", 0, len(part.text)),) for part in parts[:3]
    ]


def test_nothing_to_say_makes_no_message() -> None:
    assert split(MarkedText(" \n ")) == ()
