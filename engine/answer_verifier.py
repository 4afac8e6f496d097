"""The bundled verifier: small cross-encoders over (point with a right answer, message).

Similarity recognises the topic, not the truth: "dropout is active at test time" stands nearer to
the right answer than most right answers do. Reading both texts together can tell. Each member has
layers of its own on the shared word embeddings, and one linear layer on the mean token state; the
members, trained from different seeds, are averaged, because one alone is sure of its own mistakes
(Lakshminarayanan et al., "Simple and Scalable Predictive Uncertainty Estimation", 2017).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER, require_base, verify
from engine.encoder import SharedEncoder
from engine.encoder_body import by_length
from engine.errors import ArtifactError
from engine.pair_reader import PairReader
from engine.ports import VERIFIER_CLASSES
from engine.reader_layout import BATCH, MEMBER_FILES


class CrossEncoderVerifier:
    """Implements `BundledVerifier`.

    Args:
        encoder: the shared body.
        folder: the verifier's folder.

    Raises:
        ArtifactError: the folder is missing or altered, or was made for another body.
    """

    quick = None

    def __init__(self, encoder: SharedEncoder, folder: Path) -> None:
        self.manifest = verify(folder, ANSWER_VERIFIER)
        require_base(self.manifest, encoder.manifest, folder)
        self._lock = threading.Lock()
        files = sorted(folder.glob(MEMBER_FILES))
        if not files:
            raise ArtifactError(f"{folder} holds no {MEMBER_FILES}")
        self._members = []
        for file in files:
            member = PairReader(encoder.body, classes=len(VERIFIER_CLASSES))
            try:
                member.load(file)
            except (OSError, KeyError, ValueError, SafetensorError) as error:
                raise ArtifactError(f"{file} cannot be used: {error}") from None
            self._members.append(member)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        logits = np.zeros((len(pairs), len(VERIFIER_CLASSES)), dtype=np.float32)
        tokenizer = self._members[0].tokenizer
        order = by_length(tokenizer, [one for one, _ in pairs], [other for _, other in pairs])
        with self._lock, torch.inference_mode():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                tokens = self._members[0].tokenise([pairs[index] for index in batch])
                scores = sum(member(tokens) for member in self._members) / len(self._members)
                logits[batch] = scores.float().cpu().numpy()
        return logits
