"""Utterances are taken apart where a reader would."""

from __future__ import annotations

import pytest

from engine.sentences import asks, last_question, quotations, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Right. So why?", ("Right.", "So why?")),
        ("정답이야! 그럼 왜?", ("정답이야!", "그럼 왜?")),
        ("A rate of 0.5 works, e.g. here. Why?", ("A rate of 0.5 works, e.g. here.", "Why?")),
        (
            "“왜 그럴까? 모르겠어” 같은 말은 빼자. 왜?",
            ("“왜 그럴까? 모르겠어” 같은 말은 빼자.", "왜?"),
        ),
        ("“확실해?” 라는 말은 빼도 돼.", ("“확실해?” 라는 말은 빼도 돼.",)),
        ("You said “no.” Why?", ("You said “no.”", "Why?")),
        ("🙂 ...", ()),
    ],
)
def test_where_sentences_end(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "그럼 왜 그럴까?",
        "손실 함수를 설명해 줘.",
        "편하게 말씀해 주세요!",
        "무엇이 다른지 궁금해.",
        "Tell me about LoRA.",
        "Now explain how it works.",
        "Please describe it.",
    ],
)
def test_questions_and_requests_ask(sentence: str) -> None:
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["정답이야.", "설명이 좋았어.", "That could describe many errors.", "You explained it well."],
)
def test_statements_ask_nothing(sentence: str) -> None:
    assert not asks(sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Right. So why is that?", "So why is that?"),
        ("맞아. LoRA가 뭐야? 한 문장으로 말해 줘.", "LoRA가 뭐야? 한 문장으로 말해 줘."),
        ("Is that so? Fine. What is a loss?", "What is a loss?"),
        ("Thanks, that is all.", ""),
    ],
)
def test_the_question_that_stands_is_the_last_one(text: str, expected: str) -> None:
    assert last_question(text) == expected


def test_quotations_come_without_their_marks() -> None:
    assert quotations('“하나”랑 "둘", 그리고 it\'s 셋') == ("하나", "둘")
