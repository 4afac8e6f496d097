"""Words are read by what they say: across languages and endings, negations and opposites apart."""

from __future__ import annotations

import pytest

from engine.concepts import concepts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("학습 훈련을", "training, learned"),
        ("손실이 늘어나", "loss increases"),
        ("정밀도 말고 재현율", "precision, not recall"),
        ("무작위로 끄고", "randomly removed"),
        ("모든 뉴런을 켜", "every unit on"),
        ("평균을 빼", "mean, minus"),
    ],
)
def test_both_languages_say_the_same(one: str, other: str) -> None:
    assert list(concepts(one)) == list(concepts(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("분산이 증가", "분산이 감소"),
        ("학습 때 꺼", "추론 때 꺼"),
        ("higher variance", "lower variance"),
        ("과적합", "과소적합"),
        ("선형", "비선형"),
        ("안정적", "불안정"),
        ("it does", "it doesn't"),
        ("supervised", "unsupervised"),
    ],
)
def test_opposites_are_told_apart(one: str, other: str) -> None:
    assert list(concepts(one)) != list(concepts(other))


@pytest.mark.parametrize("text", ["끄지 않아", "안 꺼", "끄는 게 아니야", "isn't off", "isn’t off"])
def test_a_negation_is_one_in_any_form(text: str) -> None:
    assert "NOT" in concepts(text)


@pytest.mark.parametrize("text", ["크로스", "강화", "적용", "커널", "안쪽", "다층", "키우"])
def test_words_that_only_begin_like_a_concept_are_none(text: str) -> None:
    assert list(concepts(text)) == [text]


def test_endings_do_not_count() -> None:
    assert set(concepts("드롭아웃은 드롭아웃을 드롭아웃에서는")) == {"드롭아"}
    assert set(concepts("embedding embedded embeds")) == {"embed"}


def test_signs_of_a_formula_are_read_and_hyphens_are_not() -> None:
    assert list(concepts("-log(p) + 0.5")) == ["-", "log", "p", "+", "0.5"]
    assert list(concepts("cross-entropy")) == ["cross", "entro"]


def test_sentences_are_kept_apart() -> None:
    assert list(concepts("off in training. on at test")) == ["OFF", "TRAIN", "|", "ON", "TEST"]


def test_nothing_is_read_of_an_empty_text() -> None:
    assert list(concepts(" ,")) == []
