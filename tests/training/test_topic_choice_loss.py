"""The loss of stage 2 compares the topics that may follow, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support.tiny_encoder import write_tiny_encoder
from training.adapters import attach, load_body
from training.candidate_model import encoder_of
from training.topic_choice_loss import TEMPERATURE, LegalTopicsCrossEntropy

TOPICS = ("colour", "size", "ten tons")
CONTEXTS = ("red", "large")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("base") / "encoder")


def mask(*rows: tuple[int, ...]) -> torch.Tensor:
    return torch.tensor([[topic in row for topic in range(len(TOPICS))] for row in rows])


def test_it_is_the_softmax_over_legal_topics_of_each_row(base: Path) -> None:
    body, _ = load_body(base)
    body.eval()
    loss = LegalTopicsCrossEntropy(body, TOPICS, mask((0, 1), (1, 2)), mask((0,), (2,)))
    with torch.no_grad():
        found = float(loss([body.preprocess(list(CONTEXTS))], torch.tensor([0, 1])))
    encode = encoder_of(body)
    odds = np.exp(encode(CONTEXTS) @ encode(TOPICS).T / TEMPERATURE)
    shares = (odds[0, 0] / odds[0, :2].sum(), odds[1, 2] / odds[1, 1:].sum())
    assert found == pytest.approx(-np.log(shares).mean(), rel=1e-3)


def test_the_labels_say_which_row_a_context_is(base: Path) -> None:
    body, _ = load_body(base)
    body.eval()
    loss = LegalTopicsCrossEntropy(body, TOPICS, mask((0, 1), (1, 2)), mask((0,), (2,)))
    with torch.no_grad():
        ahead = loss([body.preprocess(list(CONTEXTS))], torch.tensor([0, 1]))
        back = loss([body.preprocess(list(CONTEXTS[::-1]))], torch.tensor([1, 0]))
    assert float(back) == pytest.approx(float(ahead), rel=1e-5)


def test_contexts_and_topics_both_learn_from_it(base: Path) -> None:
    body, _ = load_body(base)
    attach(body, 4)
    loss = LegalTopicsCrossEntropy(body, TOPICS, mask((0, 1)), mask((0,)))
    loss([body.preprocess(["red"])], torch.tensor([0])).backward()
    learnt = [p.grad for p in body.parameters() if p.requires_grad]
    assert any(gradient is not None and gradient.abs().sum() > 0 for gradient in learnt)
