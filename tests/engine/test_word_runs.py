"""Words are read in runs between marks, alike however people write names, marks and emoji."""

from __future__ import annotations

import pytest

from engine.word_runs import word_runs


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en", "Right. What's next?", [["<", "right", "."], ["<", "what's", "next", "?"]]),
        ("en", "Yes, so it is", [["<", "yes", ","], ["<,", "so", "it", "is", "."]]),
        ("en", "At 0.5 of “top-1” 🙂!", [["<", "at", "0", "of", "top", "0", "."]]),
        ("ko", "맞아! 그럼 뭘까?", [["<", "맞아", "."], ["<", "그럼", "뭘까", "?"]]),
        ("ko", "LoRA 는 뭘까~요?", [["<", "L는", "뭘까요", "?"]]),
        ("ko", "BCE Loss가 '잘게' 😊", [["<", "L가", "잘게", "."]]),
        ("ko", "🙂 …", []),
    ],
)
def test_a_text_is_taken_apart(locale: str, text: str, expected: list[list[str]]) -> None:
    assert word_runs(text, locale) == expected
