"""The intent head says what a message is, and calls it an answer when in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.contract import Intent
from engine.errors import ArtifactError
from engine.intent_head import INTENT_FILE, IntentHead

CONFIG: dict[str, Any] = {"intents": ["answer", "hint", "skip"], "intent_floor": 0.6}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    layer = {
        "weight": np.array([[1, 0], [0, 4], [0, -4]], dtype=np.float32),
        "bias": np.array([0, 0, 0.5], dtype=np.float32),
    }
    save_file(layer, str(tmp_path / INTENT_FILE))
    return tmp_path


@pytest.mark.parametrize(
    ("vector", "intent"),
    [
        ((0, 1), Intent.HINT),
        ((0, -1), Intent.SKIP),
        ((3, 0), Intent.ANSWER),
        ((0, 0.2), Intent.ANSWER),  # hint is the likeliest, with less than the floor
    ],
)
def test_messages_are_told_apart(folder: Path, vector: tuple[float, ...], intent: Intent) -> None:
    head = IntentHead(folder, CONFIG)
    assert head.read(np.array(vector, dtype=np.float32)) is intent


def test_the_floor_decides_what_doubt_is(folder: Path) -> None:
    vector = np.array([0, 0.2], dtype=np.float32)
    assert IntentHead(folder, {**CONFIG, "intent_floor": 0.4}).read(vector) is Intent.HINT


def test_a_layer_that_is_missing_or_cut_is_refused(folder: Path) -> None:
    file = folder / INTENT_FILE
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(ArtifactError, match=r"intents\.safetensors cannot be used"):
        IntentHead(folder, CONFIG)
    file.unlink()
    with pytest.raises(ArtifactError, match=r"intents\.safetensors cannot be used"):
        IntentHead(folder, CONFIG)


def test_a_layer_without_its_bias_is_refused(folder: Path) -> None:
    save_file({"weight": np.zeros((3, 2), dtype=np.float32)}, str(folder / INTENT_FILE))
    with pytest.raises(ArtifactError, match="cannot be used"):
        IntentHead(folder, CONFIG)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"intents": CONFIG["intents"]},
        {**CONFIG, "intents": None},
        {**CONFIG, "intents": ["answer", "hint", "yawn"]},
        {**CONFIG, "intents": ["answer", "hint"]},
        {**CONFIG, "intent_floor": "high"},
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(folder: Path, config: dict[str, Any]) -> None:
    with pytest.raises(ArtifactError, match=r"intents\.safetensors"):
        IntentHead(folder, config)
