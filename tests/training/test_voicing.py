"""An answer said another way keeps its words; the manner is drawn, now and then none."""

import random

import pytest

from training.voicing import CHANGED, voiced


def said(text: str, locale: str, subject: tuple[str, ...] = ()) -> list[str]:
    return [voiced(text, locale, subject, random.Random(seed)) for seed in range(300)]


@pytest.mark.parametrize(
    ("text", "locale"), [("오차의 제곱을 평균한 거", "ko"), ("the mean of squared errors", "en")]
)
def test_the_words_stay(text: str, locale: str) -> None:
    assert all(text in version for version in said(text, locale, ("MSE",)))


def test_most_answers_stay_as_they_are() -> None:
    versions = said("오차의 제곱을 평균한 거", "ko")
    unchanged = versions.count("오차의 제곱을 평균한 거") / len(versions)
    assert unchanged == pytest.approx(1 - CHANGED, abs=0.25)
    assert len(set(versions)) > 5


@pytest.mark.parametrize(
    ("subject", "begins"), [("손실 함수", "손실 함수는 "), ("정확률", "정확률은 ")]
)
def test_a_subject_in_front_takes_its_particle(subject: str, begins: str) -> None:
    versions = said("모델이 틀린 정도", "ko", (subject,))
    assert any(version.startswith(begins) for version in versions)


def test_a_subject_that_is_named_already_is_not_named_twice() -> None:
    versions = said("MSE is a mean", "en", ("MSE",))
    assert all(version.count("MSE") == 1 for version in versions)
