"""A statement that asks for a nod is told from an open question."""

from __future__ import annotations

import pytest

from engine.assent import seeks_assent


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Multi-Label 아니야?",
            "오차 제곱의 평균 맞지?",
            "확률 합이 1이라서 안 되는 거잖아",
            "둘 다겠지?",
        ),
        *(
            "it's the mean of squares, right?",
            "multi-label, isn't it?",
            "Two small matrices, correct?",
        ),
    ],
)
def test_asking_for_a_nod_is_stating(text: str) -> None:
    assert seeks_assent(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Multi-Label이 뭐야?",
            "그게 무슨 뜻이지?",
            "MSE가 뭐의 약자지?",
            "딥러닝의 LoRA 얘기하는 거 맞죠?",
        ),
        *("what does multi-label mean, right?", "which one is it?", "the mean of squares"),
    ],
)
def test_asking_what_something_is_is_not(text: str) -> None:
    assert not seeks_assent(text)
