"""Glossary terms are found by whole names, the longest first."""

from __future__ import annotations

import pytest

from engine.glossary import asks_after_the_question, find_term, names_only
from engine.questions import Term
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


@pytest.mark.parametrize(
    "text",
    [
        *(
            "질문이 무슨 뜻이야?",
            "그게 무슨 말이야?",
            "뭘 묻는 거야?",
            "좀 더 쉽게 말해 줘",
            "설명해 줘",
        ),
        *("what do you mean?", "can you rephrase?", "what is this about?", "explain the question"),
        *("explain please", "can you explain?", "in other words", "자세히 말해 줘", "무슨 뜻이야?"),
        *("조금 더 자세히 설명해줘", "뜻이 뭐야?", "그 말이 무슨 뜻이야?"),
    ],
)
def test_some_ask_after_the_question_and_no_term(text: str) -> None:
    assert asks_after_the_question(text)


@pytest.mark.parametrize(
    "text",
    ["리스크가 뭐야?", "볼록이 뭔가요", "what is convex?", "응답 곡선이 뭐야", "문제 해결이 뭐야"],
)
def test_others_name_a_term(text: str) -> None:
    assert not asks_after_the_question(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "PCA",
            "PCA요",
            "정규화",
            "모르겠지만 재현율?",
            "정규화인가요?",
            "아마 드롭아웃인 것 같아요",
        ),
        *("idk, recall?", "maybe recall", "recall, right?", "Cross-entropy!", "the recall"),
    ],
)
def test_the_bare_name_of_a_term_is_known_though_guessed(text: str) -> None:
    assert names_only(text, ml_core().terms)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "softmax?",
            "BCE = ?",
            "드롭아웃이 뭐야",
            "what is recall",
            "recall is low",
            "정규화 패스",
        ),
        *("the kernel?", "음 softmax?", "i don't know the loss function", "no idea, the"),
        *("", "음", "아마", "i don't know", "maybe", "?"),
    ],
)
def test_whoever_asks_or_says_more_names_more_than_a_term(text: str) -> None:
    assert not names_only(text, ml_core().terms)


def test_the_case_of_a_name_and_its_marks_make_no_difference() -> None:
    named = Term("ab", {"en": ("A/B Test", "Sourdough"), "ko": ("컨텍스트 길이",)}, {"en": "x"})
    for text in ("a/b test", "A/B test!", "sourdough", "Sourdough, maybe", "컨텍스트 길이요"):
        assert names_only(text, [named])
