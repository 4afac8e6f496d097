"""What a negation goes with is marked: behind an English one, in front of a Korean one."""

from __future__ import annotations

import pytest

from engine.concepts import concepts
from engine.denials import MARK, marked_concepts


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("units are not dropped at test", ["¬OFF", "¬TEST"]),
        ("it doesn't learn", ["¬TRAIN"]),
        ("뉴런을 끄지 않고 써", ["¬UNIT", "¬OFF"]),
        ("평균은 안 빼고 곱해", ["¬MINUS"]),
        ("precision, not recall", ["¬RECALL"]),
        ("정밀도 말고 재현율", ["¬PRECISION"]),
    ],
)
def test_the_denied_words_are_marked(text: str, denied: list[str]) -> None:
    assert [word for word in marked_concepts(text) if word.startswith(MARK)] == denied


def test_a_denial_ends_with_its_sentence() -> None:
    assert marked_concepts("never. training") == ["NOT", "|", "TRAIN"]
    assert marked_concepts("학습. 아니야") == ["TRAIN", "|", "NOT"]


def test_a_negation_is_not_denied_by_another() -> None:
    assert marked_concepts("not never loss") == ["NOT", "NOT", "¬LOSS"]


def test_without_a_negation_nothing_is_marked() -> None:
    text = "드롭아웃은 학습할 때 뉴런을 꺼"
    assert marked_concepts(text) == list(concepts(text))


def test_nothing_is_read_of_an_empty_text() -> None:
    assert marked_concepts("") == []
