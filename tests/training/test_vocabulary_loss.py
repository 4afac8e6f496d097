"""The loss taken some positions at a time is the plain one, and so are its gradients."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from training.vocabulary_loss import POSITIONS_AT_ONCE, summed_cross_entropy


@pytest.mark.parametrize("positions", [3, POSITIONS_AT_ONCE, 2 * POSITIONS_AT_ONCE + 7])
def test_loss_and_gradients_are_the_plain_ones(positions: int) -> None:
    chance = torch.Generator().manual_seed(1)
    wanted = torch.randint(0, 50, (positions,), generator=chance)
    drawn = torch.randn(positions, 16, generator=chance), torch.randn(50, 16, generator=chance)
    results = []
    for way in ("plain", "parts"):
        states, table = (part.clone().requires_grad_() for part in drawn)
        if way == "plain":
            loss = cross_entropy(states @ table.T, wanted, reduction="sum")
        else:
            loss = summed_cross_entropy(states, table, wanted, torch.float32)
        (loss / positions).backward()
        assert states.grad is not None
        assert table.grad is not None
        results.append((loss.detach(), states.grad, table.grad))
    for plain, parts in zip(*results, strict=True):
        assert torch.allclose(plain, parts, rtol=1e-5, atol=1e-6)


def test_half_precision_is_near() -> None:
    chance = torch.Generator().manual_seed(2)
    states, table = torch.randn(40, 16, generator=chance), torch.randn(50, 16, generator=chance)
    wanted = torch.randint(0, 50, (40,), generator=chance)
    whole = summed_cross_entropy(states, table, wanted, torch.float32)
    half = summed_cross_entropy(states, table, wanted, torch.bfloat16)
    assert half.item() == pytest.approx(whole.item(), rel=0.01)
