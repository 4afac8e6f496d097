"""Short answers to the question whether to go on."""

from __future__ import annotations

import pytest

from bot.interview.going_on import read_going_on
from bot.interview.messages import Action


@pytest.mark.parametrize(
    "text",
    [
        "응",
        "네!",
        "ㅇㅇ",
        "이어서",
        "계속",
        "계속할게~",
        "Yes.",
        "👍🏽",
        "ok",
        "Continue",
        "resume",
    ],
)
def test_going_on(text: str) -> None:
    assert read_going_on(text) is Action.RESUME


@pytest.mark.parametrize("text", ["새로", "새로 시작", "새로시작할래", "NEW", "start over!"])
def test_beginning_anew(text: str) -> None:
    assert read_going_on(text) is Action.NEW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "!?",
        "👎",
        "👍👎",
        "👍 for the median",
        "아니",
        "no",
        "yes, because it is convex",
        "계속 줄어드는 값이야",
        "news",
    ],
)
def test_everything_else_is_neither(text: str) -> None:
    assert read_going_on(text) is None


def test_a_long_message_is_never_looked_into() -> None:
    assert read_going_on("yes" + " " * 100) is None
