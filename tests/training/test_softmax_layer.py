"""A fitted regression and its layer say the same, stored or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression

from engine.arrays import FloatArray
from training.softmax_layer import softmax_layer


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("lay", [np.ascontiguousarray, np.asfortranarray])
def test_a_stored_layer_gives_the_probabilities_of_its_model(
    tmp_path: Path, classes: int, lay: Callable[[FloatArray], FloatArray]
) -> None:
    rng = np.random.default_rng(classes)
    given = rng.normal(size=(60, 7))
    model = LogisticRegression(C=5.0).fit(given, np.arange(60) % classes)
    # Which of the two orders the library leaves depends on its version and its input.
    model.coef_ = lay(model.coef_)
    weight, bias = softmax_layer(model)
    save_file({"weight": weight, "bias": bias}, str(tmp_path / "layer.safetensors"))
    stored = load_file(str(tmp_path / "layer.safetensors"))
    scores = np.exp(given @ stored["weight"].T + stored["bias"])
    np.testing.assert_allclose(
        scores / scores.sum(axis=1, keepdims=True), model.predict_proba(given), atol=1e-5
    )
