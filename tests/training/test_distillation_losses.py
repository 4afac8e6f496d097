"""The losses are lowest where they should be."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from training.distillation_losses import ranking_loss, teacher_loss


def test_a_student_that_equals_its_teacher_has_no_loss() -> None:
    teacher = normalize(torch.randn(6, 8), dim=1)
    # Two sentences with the same meaning in one batch must not be pushed apart.
    teacher[1] = teacher[0]
    assert teacher_loss(teacher, teacher, temperature=0.05).item() == pytest.approx(0, abs=1e-5)


def test_mixing_up_two_sentences_costs_more_than_the_cosine_says() -> None:
    teacher = torch.eye(4)
    swapped = teacher[[1, 0, 2, 3]]
    assert teacher_loss(swapped, teacher, temperature=0.05).item() > 0.5 + 5


def test_ranking_follows_the_formula() -> None:
    first = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    second = torch.tensor([[0.6, 0.8], [0.8, 0.6]])
    # Pair 1 came out more similar by 0.2 although pair 0 is scored higher.
    loss = ranking_loss(first, second, torch.tensor([5.0, 1.0]), scale=20.0)
    assert loss.item() == pytest.approx(math.log(1 + math.exp(20 * 0.2)), rel=1e-5)


def test_ranking_is_cheap_in_the_right_order_and_nothing_without_an_order() -> None:
    first = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    second = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert ranking_loss(first, second, torch.tensor([5.0, 0.0]), scale=20.0).item() < 1e-6
    assert ranking_loss(first, second, torch.tensor([3.0, 3.0]), scale=20.0).item() == 0.0
