"""The bundled models read as CTranslate2 serves them just as they do in torch.

A few texts; `training.compare_served` has every labelled row judged by both.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.artifacts import ANSWER_EVALUATOR, QUESTION_SELECTOR, WEIGHTS
from engine.readers import Readers, load_served, load_with_torch
from engine.served_models import ServedModels

pytestmark = pytest.mark.models

TEXTS = [
    "손실 함수는 모델의 예측값과 실제값의 차이를 수치로 나타낸 함수야",
    "how wrong the model is, as a number? not really sure though",
    "ㅋ",
    "Adam keeps a moving average of gradients and of their squares. " * 20,
]
PAIRS = [(f"definition | {one}", other) for one in TEXTS for other in TEXTS]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Readers, Readers]:
    readers = (
        load_with_torch(WEIGHTS, "cpu"),
        load_served(WEIGHTS, ServedModels(tmp_path_factory.mktemp("cache"))),
    )
    for loaded in readers:
        for adapter in (ANSWER_EVALUATOR, QUESTION_SELECTOR):
            loaded.encoder.add_adapter(WEIGHTS / adapter, adapter)
    return readers


@pytest.mark.parametrize("adapter", [ANSWER_EVALUATOR, QUESTION_SELECTOR])
def test_texts_have_the_same_vectors(both: tuple[Readers, Readers], adapter: str) -> None:
    reference, served = (readers.encoder.encode(TEXTS, adapter) for readers in both)
    np.testing.assert_allclose(served, reference, atol=1e-5)


def test_pairs_have_the_same_logits(both: tuple[Readers, Readers]) -> None:
    reference, served = (readers.verifier.judge(PAIRS) for readers in both)
    np.testing.assert_allclose(served, reference, atol=1e-4)
