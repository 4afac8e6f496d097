"""The model learns what follows what, reads no later token, and has the shape asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.language_model import LanguageLearner, LearningSettings, Shape, new_model, rate_share

SHAPE = Shape(pieces=300, context=16, width=32, layers=2, heads=4, key_heads=2, inner_width=48)
SETTINGS = LearningSettings(learning_rate=1e-2, batch_size=4)


def learner() -> LanguageLearner:
    return LanguageLearner(new_model(SHAPE, seed=1), SETTINGS, "cpu")


def counting_rows(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    """Rows in which every token is one more than the one before."""
    return (np.arange(17) + np.arange(count)[:, None] * 3 + 20).astype(np.uint16)


def test_as_it_stands_it_has_17_million_parameters() -> None:
    with torch.device("meta"):
        model = new_model(Shape(), seed=0)
    assert sum(parameter.numel() for parameter in model.parameters()) == 17_197_440


def test_it_learns_what_follows() -> None:
    taught = learner()
    before = taught.perplexity(counting_rows(8))
    for step in range(1, 61):
        taught.learn(counting_rows(8), step / 60)
    assert before > 200
    assert taught.perplexity(counting_rows(8)) < 2


def test_no_later_token_is_read() -> None:
    model = learner().model.eval()
    ids = torch.arange(20, 30)[None]
    changed = ids.clone()
    changed[0, 6:] = 250
    with torch.inference_mode():
        first, second = model(input_ids=ids).logits, model(input_ids=changed).logits
    torch.testing.assert_close(first[:, :6], second[:, :6])
    assert not torch.allclose(first[:, 6], second[:, 6])


def test_it_attends_as_the_library_does() -> None:
    ids = torch.arange(20, 30)[None]
    plain, fused = learner().model.eval(), new_model(SHAPE, seed=1).eval()
    with torch.inference_mode():
        logits = [model(input_ids=ids).logits for model in (plain, fused)]
    torch.testing.assert_close(*logits, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"pieces": 100}, "pieces: 100 is not from 269 to 65535"),
        ({"pieces": 70_000}, "pieces: 70000 is not from 269 to 65535"),
        ({"width": 30}, "width: 30 is no even number times 4 heads"),
        ({"key_heads": 3}, "heads: 4 cannot share 3 key heads evenly"),
    ],
)
def test_an_impossible_shape_is_said_to_be_one(changed: dict[str, int], fault: str) -> None:
    assert SHAPE.faults == ()
    asked = {"pieces": 300, "width": 32, "heads": 4, "key_heads": 2, **changed}
    assert Shape(**asked).faults == (fault,)


def test_the_rate_rises_and_then_falls_to_nothing() -> None:
    assert rate_share(0.01, 0.02) == pytest.approx(0.5)
    assert rate_share(0.02, 0.02) == pytest.approx(1.0)
    assert rate_share(0.51, 0.02) == pytest.approx(0.5)
    assert rate_share(1.0, 0.02) == pytest.approx(0.0)
