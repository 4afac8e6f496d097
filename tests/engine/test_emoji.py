"""Emoji alone: a shrug is an answer of its own, a mixture says nothing."""

from __future__ import annotations

import pytest

from engine.contract import Intent
from engine.emoji import intent_by_emoji
from engine.intents import intent_by_wording


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("🤷", Intent.DONT_KNOW),
        ("🤷🏽‍♀️ …", Intent.DONT_KNOW),
        ("💡?", Intent.HINT),
        ("⏭️", Intent.SKIP),
        ("🔁🔁", Intent.REPEAT),
        ("👍", Intent.SMALL_TALK),
        ("🦀", None),
        ("🤷💡", None),
        ("👍🦀", None),
        ("?!", None),
        ("", None),
    ],
)
def test_emoji_of_one_meaning_say_it(text: str, intent: Intent | None) -> None:
    assert intent_by_emoji(text) is intent


def test_other_emoji_cannot_be_read_and_words_beside_them_count() -> None:
    assert intent_by_wording("🦀🦀") is Intent.UNREADABLE
    assert intent_by_wording("🤷") is Intent.DONT_KNOW
    assert intent_by_wording("패스 🤷") is Intent.SKIP
