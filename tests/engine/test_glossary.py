"""Glossary terms are found by whole names, the longest first."""

from __future__ import annotations

import pytest

from engine.glossary import find_term
from tests.support.packs import ml_core


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("what does multi-label mean?", "multi-label"),
        ("Multi-Label이 뭐야?", "multi-label"),
        ("멀티라벨은 무슨 뜻이야?", "multi-label"),
        ("what is the weather", None),
        ("", None),
    ],
)
def test_terms_are_found_by_whole_names(text: str, term: str | None) -> None:
    found = find_term(text, ml_core().terms)
    assert (found.id if found else None) == term


def test_the_longest_name_wins() -> None:
    found = find_term("what is a binary cross-entropy loss?", ml_core().terms)
    assert found is not None
    assert found.id != "cross-entropy"


def test_a_short_name_inside_a_word_is_no_term() -> None:
    """“ai” stands in “explain” and “ml” in “html”."""
    assert find_term("explain the html please", ml_core().terms) is None
