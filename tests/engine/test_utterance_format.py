"""What small language models get wrong about the form of an utterance is noticed."""

from __future__ import annotations

import pytest

from engine.utterance_format import LONGEST, FormatFault, format_faults


@pytest.mark.parametrize(
    "text",
    [
        "맞았어! 그럼 손실 함수에는 어떤 게 있어?",
        "Right, two at once. What about deep learning?",
        "“오차를 줄이는 거”라니, 무엇의 오차를 말하는 거야?",
        "I like it (really). What is next?",
        "A matrix is split in two: what do you train then?",
        "L1과 L2는 뭐가 달라?",
    ],
)
def test_what_people_say_has_no_fault(text: str) -> None:
    assert format_faults(text) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", FormatFault.EMPTY),
        ("  ?!", FormatFault.EMPTY),
        ("3", FormatFault.EMPTY),
        ("2024년 3월 1일, 손실 함수가 뭐야?", FormatFault.STARTS_WITH_NUMBER),
        ("1. What is a loss function?", FormatFault.STARTS_WITH_NUMBER),
        ("① 손실 함수가 뭐야?", FormatFault.STARTS_WITH_NUMBER),
        ("- What is a loss function?", FormatFault.STARTS_WITH_LIST_MARK),
        ("a) What is a loss function?", FormatFault.STARTS_WITH_LIST_MARK),
        ("가. 손실 함수가 뭐야?", FormatFault.STARTS_WITH_LIST_MARK),
        ("[손실 함수가 뭐야?]", FormatFault.BRACKETED),
        ("(What is a loss?)", FormatFault.BRACKETED),
        ("See https://example.org, then tell me what a loss is.", FormatFault.LINK),
        ("Look at example.com first, will you?", FormatFault.LINK),
        ("What is a loss?<|im_end|>", FormatFault.MARKER),
        ("What is a loss?</s>", FormatFault.MARKER),
        ("오로라: 손실 함수가 뭐야?", FormatFault.MARKER),
        ("Sure {topic}, what is it?", FormatFault.MARKER),
        ("말해 봐 " * LONGEST, FormatFault.TOO_LONG),
    ],
)
def test_a_fault_is_named(text: str, fault: FormatFault) -> None:
    assert format_faults(text) == (fault,)
