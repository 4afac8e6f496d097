"""A right answer is recognised with its subject and its ending, and never with a word more."""

import pytest

from engine.verbatim import says_word_for_word

REFERENCES = (
    "예측과 정답의 차이를 나타낸 함수",
    "the error of a model",
    "차이를 제곱해 평균 낸 값이야",
)
SUBJECT = ("손실 함수", "loss function")


@pytest.mark.parametrize(
    "text",
    [
        "예측과 정답의 차이를 나타낸 함수",
        "예측과 정답의 차이를 나타낸 함수야.",
        "손실 함수는 예측과 정답의 차이를 나타낸 함수입니다",
        "손실함수란 예측과 정답의 차이를 나타낸 함수다!",
        "The error of a model",
        "A loss function is the error of a model.",
        "차이를 제곱해 평균 낸 값이야",
        "error of a model",
        "I think it's the error of a model",
        "음... 아마 차이를 제곱해 평균 낸 값이야",
    ],
)
def test_a_right_answer_is_recognised(text: str) -> None:
    assert says_word_for_word(text, REFERENCES, SUBJECT)


@pytest.mark.parametrize(
    "text",
    [
        "예측과 정답의 차이를 나타낸 함수가 아니야",
        "예측과 정답의 차이를 나타낸 함수 아님",
        "예측과 입력의 차이를 나타낸 함수야",
        "보상 함수는 예측과 정답의 차이를 나타낸 함수야",
        "not the error of a model",
        "I think it's not the error of a model",
        "음" * 60 + " 차이를 제곱해 평균 낸 값이 아니야",
        "A loss function is not the error of a model",
        "the error of a model that was deleted",
        "손실 함수",
        "",
    ],
)
def test_a_word_more_or_another_word_is_another_answer(text: str) -> None:
    assert not says_word_for_word(text, REFERENCES, SUBJECT)


def test_without_a_subject_only_the_answer_itself_counts() -> None:
    assert says_word_for_word("the error of a model", REFERENCES, ())
    assert not says_word_for_word("loss function is the error of a model", REFERENCES, ())


def test_a_little_is_more_than_little() -> None:
    assert says_word_for_word("a little bias", ("A little bias",), ())
    assert not says_word_for_word("little bias", ("A little bias",), ())


def test_signs_of_a_formula_are_not_punctuation() -> None:
    formula = ("-(y log p + (1-y) log(1-p))",)
    assert says_word_for_word("-(y log p + (1-y) log(1-p))", formula, ())
    assert not says_word_for_word("(y log p + (1-y) log(1-p))", formula, ())
