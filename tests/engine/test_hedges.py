"""Hedges are found as people say them, whole and verbatim; plain statements hold none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hedges import find_hedge


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("확실하진 않은데 오차의 제곱이야", "확실하진 않은데"),
        ("확실치는 않지만 회귀에 쓰는 거", "확실치는 않지만"),
        ("확신은 없는데 메모리를 덜 먹어", "확신은 없는데"),
        ("자신 없는데 로라 아냐?", "자신 없는데"),
        ("정확히는 모르겠지만 작은 행렬을 배워", "정확히는 모르겠지만"),
        ("정확하게는 기억이 안 나는데 제곱이었어", "정확하게는 기억이 안 나는데"),
        ("이게 맞는지 모르겠는데 평균을 내", "이게 맞는지 모르겠는데"),
        ("맞는지는 잘 모르겠지만 시그모이드", "맞는지는 잘 모르겠지만"),
        ("기억이 가물가물한데 양자화였나", "기억이 가물가물한데"),
        ("긴가민가하지만 4비트", "긴가민가하지만"),
        ("아마 오차를 줄이는 거", "아마"),
        ("그건 이상치 때문인 것 같은데", "인 것 같은데"),
        ("이진 분류 아닐까?", "아닐까"),
        ("모델이 틀린 정도를 나타낸 것 같아", "것 같아"),
        ("회귀인 것 같아", "인 것 같아"),
        ("회귀인 것 같아요", "인 것 같아요"),
        ("멀티라벨인거같아요", "인거같아요"),
        ("제곱해서 평균 낸 거 같은데", "거 같은데"),
        ("메모리를 덜 먹을 것 같습니다", "것 같습니다"),
        ("모르는 것 같지만 4비트", "것 같지만"),
        ("확신이 없어 근데 회귀", "확신이 없어"),
        ("I'm not sure, but it is the error", "I'm not sure"),
        ("I’m not really sure but it squares them", "I’m not really sure"),
        ("i am not entirely certain about this, it is MSE", "i am not entirely certain about this"),
        ("not sure if that counts, it freezes weights", "not sure if that"),
        ("If I remember correctly it uses four bits", "If I remember correctly"),
        ("I could be wrong: two matrices", "I could be wrong"),
        ("don't quote me, it averages", "don't quote me"),
        ("It is probably the squared error", "probably"),
        ("I'm not 100% sure but it squares them", "I'm not 100% sure"),
        ("not 100 % sure, MSE", "not 100 % sure"),
        ("100% 확실하진 않은데 회귀", "100% 확실하진 않은데"),
        ("just a guess: cross-entropy", "just a guess"),
    ],
)
def test_hedges_are_quoted(text: str, hedge: str) -> None:
    assert find_hedge(text) == hedge


@pytest.mark.parametrize(
    "text",
    [
        "손실은 모델의 오차야",
        "아마존 리뷰로 학습해",
        "확실히 제곱이야",
        "확신이 없는 예측에도 손실을 줘",
        "확실하지 않은 결과를 확률로 나타내",
        "모델이 확신이 없으면 손실이 작아",
        "자신 없는 쪽은 0.5에 가까워",
        "답이 맞는지 모르는 데이터로 배우는 게 비지도 학습이야",
        "예측과 정답이 같아질수록 작아져",
        "둘은 재는 게 같아",
        "로라 같은 것을 말해",
        "모델이 자신 있게 틀리면 크게 벌을 줘",
        "The loss is the error of a model",
        "It punishes a model that is not confident in the right class",
        "Improbably large values blow it up",
        "It is impossibly slow",
        "With a certain probability a neuron is dropped",
        "",
    ],
)
def test_plain_statements_hold_none(text: str) -> None:
    assert find_hedge(text) is None


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("maybe it is MSE, but I'm not sure about that", "I'm not sure about that"),
        ("I'm not sure, maybe MSE", "I'm not sure"),
        ("아마 제곱일 텐데 확실하지는 않아", "확실하지는 않아"),
    ],
)
def test_the_longest_of_several_is_taken(text: str, hedge: str) -> None:
    assert find_hedge(text) == hedge


PIECES = (
    "확실하진",
    "않은데",
    "아마 ",
    "것 같은데",
    "I'm",
    "not",
    "sure",
    "maybe",
    "모르겠어",
    "?",
)


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
)
def test_a_hedge_always_stands_in_the_message(text: str) -> None:
    hedge = find_hedge(text)
    assert hedge is None or (hedge in text and hedge.strip() == hedge != "")
