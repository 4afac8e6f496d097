"""The bundled verifier: a small cross-encoder over (point with a right answer, message).

Similarity recognises the topic, not the truth: "dropout is active at test time" stands nearer to
the right answer than most right answers do. Reading both texts together can tell. The verifier is
the shared encoder body with an adapter of its own and one linear layer on the mean token state.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from engine.ports import VERIFIER_CLASSES

HEAD_FILE = "head.safetensors"


class CrossEncoderVerifier:
    """Runs the verifier on the shared body.

    Args:
        encoder: the shared body, with the verifier's adapter loaded.
        folder: the verifier's folder, which holds its linear layer.

    Raises:
        ArtifactError: the linear layer does not fit.
    """

    def __init__(self, encoder: SharedEncoder, folder: Path) -> None:
        self._encoder = encoder
        try:
            head = load_file(str(folder / HEAD_FILE))
            self._weight, self._bias = head["weight"], head["bias"]
        except (OSError, KeyError, SafetensorError) as error:
            raise ArtifactError(f"{folder / HEAD_FILE} cannot be used: {error}") from None
        if not len(self._weight) == len(self._bias) == len(VERIFIER_CLASSES):
            raise ArtifactError(f"{folder / HEAD_FILE} has {len(self._weight)} classes, not 4")

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        states = self._encoder.encode_pairs(pairs, ANSWER_VERIFIER)
        return np.asarray(states @ self._weight.T + self._bias, dtype=np.float32)
