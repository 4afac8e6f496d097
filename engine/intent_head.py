"""Tells what a message is from its sense and its letters, where no pattern recognises it.

Two linear layers, fitted on the labelled messages and stored beside the answer evaluator's adapter:
one reads the message's vector and its letter n-grams, the other the n-grams alone. Their mean is
right more often than either: the vector knows wishes that are worded in a new way, and is misled by
what an answer is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.arrays import FloatArray
from engine.contract import Intent
from engine.errors import ArtifactError
from engine.intents import normalise
from engine.letter_features import LetterVocabulary

INTENT_FILE = "intents.safetensors"


@dataclass(frozen=True, slots=True)
class SoftmaxLayer:
    """A linear layer with a softmax.

    Args:
        weight: ``(classes, features)``.
        bias: ``(classes,)``.
    """

    weight: FloatArray
    bias: FloatArray

    def probabilities(self, features: FloatArray) -> FloatArray:
        """Return the probability of each class: ``(classes,)``."""
        scores = self.weight @ features + self.bias
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class IntentLayers:
    """What is stored of the head.

    Args:
        letters: the n-grams of the messages that were learnt from.
        both: reads a vector followed by the weights of the n-grams.
        worded: reads the n-grams alone.
    """

    letters: LetterVocabulary
    both: SoftmaxLayer
    worded: SoftmaxLayer

    def probabilities(self, text: str, vector: FloatArray) -> FloatArray:
        """Return the probability of each class for one message: ``(classes,)``."""
        letters = self.letters.vector(normalise(text))
        both = self.both.probabilities(np.concatenate([vector, letters]))
        return np.asarray((both + self.worded.probabilities(letters)) / 2, dtype=np.float32)

    def save(self, file: Path) -> None:
        """Store the layers, the weights in half precision."""
        stored = {"codes": self.letters.codes, "idf": self.letters.idf.astype(np.float16)}
        for name, layer in (("both", self.both), ("worded", self.worded)):
            stored[f"{name}.weight"] = np.ascontiguousarray(layer.weight, dtype=np.float16)
            stored[f"{name}.bias"] = np.asarray(layer.bias, dtype=np.float32)
        save_file(stored, str(file))
        file.chmod(0o644)

    @classmethod
    def load(cls, file: Path) -> IntentLayers:
        """Read what `save` stored.

        Raises:
            OSError, SafetensorError, KeyError: the file cannot be read, or a part is missing.
        """
        stored = load_file(str(file))
        letters = LetterVocabulary(stored["codes"], stored["idf"].astype(np.float32))
        both, worded = (
            SoftmaxLayer(stored[f"{name}.weight"].astype(np.float32), stored[f"{name}.bias"])
            for name in ("both", "worded")
        )
        return cls(letters, both, worded)


class IntentHead:
    """Classifies messages.

    Args:
        folder: the answer evaluator's folder.
        config: its manifest's config: ``intents`` names the classes of the layers,
            ``intent_floor`` the least probability with which a message counts as anything but an
            answer.

    Raises:
        ArtifactError: layers and config do not fit each other.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        try:
            self._layers = IntentLayers.load(folder / INTENT_FILE)
            self._classes: Sequence[Intent] = tuple(Intent(name) for name in config["intents"])
            self._floor = float(config["intent_floor"])
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ArtifactError(f"{folder / INTENT_FILE} cannot be used: {error}") from None
        layers = (self._layers.both, self._layers.worded)
        sizes = {len(part) for layer in layers for part in (layer.weight, layer.bias)}
        if sizes != {len(self._classes)}:
            raise ArtifactError(f"{folder / INTENT_FILE} does not fit its manifest")

    def read(self, text: str, vector: FloatArray) -> Intent:
        """Return what a message is; `Intent.ANSWER` when in doubt.

        Args:
            text: the message.
            vector: its unit vector ``(d,)``, by the adapter of stage 1.
        """
        probabilities = self._layers.probabilities(text, vector)
        best = int(probabilities.argmax())
        return self._classes[best] if probabilities[best] >= self._floor else Intent.ANSWER
