"""Rhetorical questions are read as the statements that they are, and denials stay denials."""

from __future__ import annotations

import pytest

from engine.rhetorical_questions import as_statement


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        ("연속적인 값을 예측할 때 쓰지 않아?", "연속적인 값을 예측할 때 쓰지."),
        ("수렴을 못 하지 않나요?", "수렴을 못 하지."),
        ("노이즈 빼는 데 쓰지 않을까 싶어요", "노이즈 빼는 데 쓰지."),
        ("오차를 제곱해서 평균 낸 거 아니야? 맞을걸", "오차를 제곱해서 평균 낸 거. 맞을걸"),
        ("Multi-Label 아닌가요?", "Multi-Label."),
        ("좋아지지 않을까요, 입력이 같으니", "좋아지지, 입력이 같으니"),
        ("평균을 낸 거 아닐까요", "평균을 낸 거."),
        ("It drops units while training, doesn't it?", "It drops units while training."),
        ("GPT predicts the next one isn't it?", "GPT predicts the next one."),
        ("It helps, won't it?", "It helps."),
        ("DoRA counts too, right? And LoRA", "DoRA counts too. And LoRA"),
    ],
)
def test_what_asks_for_a_nod_is_a_statement(asked: str, stated: str) -> None:
    assert as_statement(asked) == stated


@pytest.mark.parametrize(
    "denied",
    [
        "추론할 때는 끄지 않아",
        "추론할 때는 끄지 않아요. 켜 두죠",
        "분류 문제에 쓰는 게 아니야",
        "이건 회귀가 아니에요",
        "이건 회귀가 아니에요?",
        "나는 MSE를 쓰지 않겠어",
        "추론할 때는 끄지 않나 봐요",
        "성능이 더 오르지 않나 보고 멈춘다",
        "왜 분류에는 쓰지 않나요?",
        "언제 쓰지 않아?",
        "한 가지 안 하나요?",
        "멀티클래스는 아니고 멀티라벨",
        "It isn't used for regression",
        "What is a label, and why isn't it a class?",
        "MSE가 뭐의 약자지?",
    ],
)
def test_what_denies_or_asks_stays_as_it_is(denied: str) -> None:
    assert as_statement(denied) == denied


def test_a_statement_is_stated_once() -> None:
    said = "오차를 재는 거 아니야?"
    assert as_statement(as_statement(said)) == as_statement(said)
