"""What was used lately is remembered, and never more than so much."""

from __future__ import annotations

import pytest

from bot.adapters.recent import Recent


def test_what_was_longest_not_used_goes_first() -> None:
    recent: Recent[int, str] = Recent(2)
    recent[1], recent[2] = "one", "two"
    assert recent[1] == "one"
    recent[3] = "three"
    assert [recent.get(key) for key in (1, 2, 3)] == ["one", None, "three"]


def test_it_never_grows_beyond_its_size() -> None:
    recent: Recent[int, int] = Recent(10)
    for number in range(1_000):
        recent[number % 50] = number
    assert len(recent) == 10


def test_something_may_be_forgotten_at_once() -> None:
    recent: Recent[str, int | None] = Recent(2)
    recent["thread"] = None
    assert "thread" in recent
    recent.forget("thread")
    recent.forget("thread")
    assert "thread" not in recent
    with pytest.raises(KeyError):
        recent["thread"]
