"""Long texts become messages that Discord accepts, and code stays code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord_adapter.splitting import LONGEST_MESSAGE, split

CODE = "```python\n" + "\n".join(f"line_{n} = {n}" for n in range(300)) + "\n```"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_is_one_message() -> None:
    assert split("What is a loss function?") == ("What is a loss function?",)
    assert split("  \n ") == ()


def test_a_text_is_cut_between_paragraphs_where_that_is_possible() -> None:
    first, second = "a " * 700, "b " * 700
    assert split(f"{first}\n\n{second}") == (first.strip(), second.strip())


def test_a_block_of_code_is_closed_and_opened_again_in_its_language() -> None:
    parts = split(f"Look:\n{CODE}\nDone.")
    assert len(parts) > 2
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert all("```python\n" in part for part in parts)
    assert parts[-1].endswith("```\nDone.")


def test_no_line_of_code_is_lost_or_broken() -> None:
    inner = [line for part in split(CODE) for line in part.split("\n") if "```" not in line]
    assert inner == CODE.split("\n")[1:-1]


def test_signs_outside_the_basic_plane_count_twice() -> None:
    assert [units(part) for part in split("🙂" * 1500)] == [1996, 1004]


@given(st.text(st.sampled_from("ab 가🙂\n`.?"), max_size=600), st.integers(100, 300))
def test_every_part_fits_and_nothing_that_was_written_is_lost(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert all(part and units(part) <= longest for part in parts)
    kept = "".join(parts)
    for sign in "ab가🙂.?":
        assert kept.count(sign) >= text.count(sign)


@pytest.mark.parametrize("sign", ["x", "한", "🙂"])
def test_a_word_without_end_is_cut_all_the_same(sign: str) -> None:
    text = sign * 5000
    assert "".join(split(text)) == text
    assert all(units(part) <= LONGEST_MESSAGE for part in split(text))
