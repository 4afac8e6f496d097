"""The bundled verifier: a small cross-encoder over (point with a right answer, message).

Similarity recognises the topic, not the truth: "dropout is active at test time" stands nearer to
the right answer than most right answers do. Reading both texts together can tell. The verifier has
layers of its own on the shared word embeddings, and one linear layer on the mean token state.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER, verify
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from engine.pair_reader import LAYERS_FILE, PairReader
from engine.ports import VERIFIER_CLASSES

HEAD_FILE = "head.safetensors"


class CrossEncoderVerifier:
    """Implements `AnswerVerifier`.

    Args:
        encoder: the shared body.
        folder: the verifier's folder.

    Raises:
        ArtifactError: the folder is missing or altered, or was made for another body.
    """

    def __init__(self, encoder: SharedEncoder, folder: Path) -> None:
        self.manifest = verify(folder, ANSWER_VERIFIER)
        encoder.check_base(self.manifest, folder)
        self._reader = PairReader(encoder.body)
        self._lock = threading.Lock()
        try:
            self._reader.load(folder / LAYERS_FILE)
            head = load_file(str(folder / HEAD_FILE))
            self._weight, self._bias = head["weight"], head["bias"]
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise ArtifactError(f"{folder} cannot be used: {error}") from None
        if not len(self._weight) == len(self._bias) == len(VERIFIER_CLASSES):
            raise ArtifactError(f"{folder / HEAD_FILE} has {len(self._weight)} classes, not 4")

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        with self._lock, torch.inference_mode():
            states = self._reader.states(pairs).float().cpu().numpy()
        return np.asarray(states @ self._weight.T + self._bias, dtype=np.float32)
