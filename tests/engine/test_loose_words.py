"""Key words strung together are told from answers, terse ones and lists too."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.loose_words import is_loose_words
from engine.pack_reader import read_pack
from training.rows import read_answers

DATASET = Path(__file__).parents[2] / "dataset"
SENTENCES = ("모델의 예측이 정답에서 얼마나 벗어났는지 재는 함수야",)


@pytest.mark.parametrize(
    "text",
    [
        "손실 함수 예측 정답 오차 학습 최소화",
        "MSE 평균 제곱 오차 회귀 손실",
        "드롭아웃, 뉴런, 무작위, 과적합, 정규화, 확률",
        "loss gradient weight update step epoch batch",
        "Dropout, neurons, random, overfitting, regularisation, probability.",
    ],
)
def test_bare_words_are_loose(text: str) -> None:
    assert is_loose_words(text, SENTENCES)


@pytest.mark.parametrize(
    "text",
    [
        "오차 제곱의 평균 그게 전부 아닌가",
        "훈련 중 무작위 뉴런 비활성화",
        "BERT: 양방향 문맥 이해 중심, GPT: 다음 토큰 생성",
        "손실 함수 구현이 틀려 있길래 다시 짰어",
        "매개변수가 100억 개 이상인 언어 모델",
        "딥러닝 means 신경망 with many layers, basically a kind of ML",
        "low train error, high test error, overfitting",
        "squared error averaged over all the samples",
        "predictions drift away once inputs change",
        "mean squared error",
        "",
    ],
)
def test_what_relates_words_or_is_short_is_not(text: str) -> None:
    assert not is_loose_words(text, SENTENCES)


def test_a_list_is_an_answer_where_lists_are_right() -> None:
    lists = ("LoRA, QLoRA, Prefix Tuning, Prompt Tuning, Adapter",)
    assert not is_loose_words("로라 큐로라 어댑터 비트핏 프리픽스 튜닝", lists)
    assert is_loose_words("로라 큐로라 어댑터 비트핏 프리픽스 튜닝", SENTENCES)


def test_hardly_any_right_answer_of_the_dataset_is_taken_for_loose_words() -> None:
    pack = read_pack(DATASET / "packs" / "ml-core")
    right = loose = soups = found = 0
    for row in read_answers(DATASET / "splits" / "answers"):
        if row.split == "test":
            continue
        points = [pack.topic(row.topic).point(p) for p in row.covered]
        answers = [p.references[row.locale] for p in points or pack.topic(row.topic).points]
        told = all(is_loose_words(row.answer, known) for known in answers)
        if row.covered:
            right, loose = right + 1, loose + told
        elif row.kind == "keyword_soup":
            soups, found = soups + 1, found + told
    assert loose / right < 0.003
    assert found / soups > 0.2
