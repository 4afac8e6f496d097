"""Tells what a message is from its sense and its letters, where no pattern recognises it.

One linear layer over `engine.letter_features.message_features`, fitted on the labelled messages and
stored beside the answer evaluator's adapter.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.arrays import FloatArray
from engine.contract import Intent
from engine.errors import ArtifactError

INTENT_FILE = "intents.safetensors"


class IntentHead:
    """Classifies vectors.

    Args:
        folder: the answer evaluator's folder.
        config: its manifest's config: ``intents`` names the rows of the layer, ``intent_floor``
            the least probability with which a message counts as anything but an answer.

    Raises:
        ArtifactError: layer and config do not fit each other.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        try:
            layer = load_file(str(folder / INTENT_FILE))
            self._weight, self._bias = layer["weight"], layer["bias"]
            self._classes = tuple(Intent(name) for name in config["intents"])
            self._floor = float(config["intent_floor"])
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ArtifactError(f"{folder / INTENT_FILE} cannot be used: {error}") from None
        if not len(self._weight) == len(self._bias) == len(self._classes):
            raise ArtifactError(f"{folder / INTENT_FILE} does not fit its manifest")

    def read(self, features: FloatArray) -> Intent:
        """Return what the message with these features is; `Intent.ANSWER` when in doubt."""
        scores = features @ self._weight.T + self._bias
        scores = np.exp(scores - scores.max())
        probabilities = scores / scores.sum()
        best = int(probabilities.argmax())
        return self._classes[best] if probabilities[best] >= self._floor else Intent.ANSWER
