"""One verb is denied, or one denial taken back; nothing else of the sentence changes."""

import random

import pytest

from training.negated_sentences import negated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("뉴런을 무작위로 끈다", "뉴런을 무작위로 끄지 않는다"),
        ("오차를 줄입니다", "오차를 줄이지 않습니다"),
        ("가까운 값을 찾습니다", "가까운 값을 찾지 않습니다"),
        ("값을 찾는다.", "값을 찾지 않는다."),
        ("오차를 제곱해요", "오차를 제곱하지 않아요"),
        ("오차를 줄여요", "오차를 줄이지 않아요"),
        ("평균으로 나눠", "평균으로 나누지 않아"),
        ("과적합을 막는 방법입니다", "과적합을 막는 방법이 아닙니다"),
        ("그게 손실이야", "그게 손실이 아니야"),
        ("관계가 있어", "관계가 없어"),
        ("The weights are shared", "The weights are not shared"),
        ("It reduces overfitting", "It does not reduce overfitting"),
        ("It can be read", "It cannot be read"),
    ],
)
def test_what_is_said_is_denied(text: str, expected: str) -> None:
    assert negated(text, random.Random(1)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("라벨을 사용하지 않는다", "라벨을 사용한다"),
        ("라벨이 필요되지 않습니다", "라벨이 필요됩니다"),
        ("관계가 없어", "관계가 있어"),
        ("안 쓰는", "쓰는"),
        ("The weights are not shared", "The weights are shared"),
        ("it doesn't learn", "it does learn"),
        ("trained without labels", "trained with labels"),
    ],
)
def test_a_denial_is_taken_back_and_not_doubled(text: str, expected: str) -> None:
    assert {negated(text, random.Random(seed)) for seed in range(10)} == {expected}


def test_one_verb_is_changed_at_a_time() -> None:
    made = {negated("A is big and B is small", random.Random(seed)) for seed in range(30)}
    assert made == {"A is not big and B is small", "A is big and B is not small"}


@pytest.mark.parametrize("text", ["자신은 없는데", "식으로 정해 놓고", "확률이 아직 남아 있어"])
def test_doubts_and_verbs_that_help_others_stay(text: str) -> None:
    assert negated(text, random.Random(1)) is None
