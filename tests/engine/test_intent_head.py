"""The intent head says what a message is, and calls it an answer when in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.contract import Intent
from engine.errors import ArtifactError
from engine.intent_head import INTENT_FILE, IntentHead, IntentLayers, SoftmaxLayer
from tests.support.stage_one import letters_of

CONFIG: dict[str, Any] = {"intents": ["answer", "hint", "skip"], "intent_floor": 0.6}


LETTERS = letters_of("go")


def layer(of_letters: float, of_vector: Sequence[float] = ()) -> SoftmaxLayer:
    """A layer in which "go" speaks for skipping, and a vector's entries for one class each."""
    weight = np.zeros((3, len(of_vector) + len(LETTERS.codes)), dtype=np.float32)
    weight[2, len(of_vector) :] = of_letters * LETTERS.vector("go")
    for place, strength in enumerate(of_vector):
        weight[place, place] = strength
    return SoftmaxLayer(weight, np.zeros(3, dtype=np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    IntentLayers(LETTERS, layer(6, (6, 6)), layer(6)).save(tmp_path / INTENT_FILE)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "vector", "intent"),
    [
        ("?", (0, 1), Intent.ANSWER),  # hint by its sense, but its letters say nothing
        ("go", (0, 0), Intent.SKIP),
        ("Go!! ㅋㅋ", (0, 0), Intent.SKIP),  # case, marks and laughter do not count
        ("go", (0, 1), Intent.SKIP),
        ("go", (1, 0), Intent.SKIP),
        ("?", (1, 0), Intent.ANSWER),
    ],
)
def test_messages_are_told_apart(
    folder: Path, text: str, vector: tuple[float, ...], intent: Intent
) -> None:
    head = IntentHead(folder, {**CONFIG, "intent_floor": 0.7})
    assert head.read(text, np.array(vector, dtype=np.float32)) is intent


def test_the_floor_decides_what_doubt_is(folder: Path) -> None:
    vector = np.array([0, 1], dtype=np.float32)
    assert IntentHead(folder, {**CONFIG, "intent_floor": 0.7}).read("?", vector) is Intent.ANSWER
    assert IntentHead(folder, {**CONFIG, "intent_floor": 0.6}).read("?", vector) is Intent.HINT


def test_layers_that_are_missing_or_cut_are_refused(folder: Path) -> None:
    file = folder / INTENT_FILE
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(ArtifactError, match=r"intents\.safetensors cannot be used"):
        IntentHead(folder, CONFIG)
    file.unlink()
    with pytest.raises(ArtifactError, match=r"intents\.safetensors cannot be used"):
        IntentHead(folder, CONFIG)


def test_layers_of_before_are_refused(folder: Path) -> None:
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
