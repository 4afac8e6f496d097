"""The bundled verifier, as `engine.answer_verifier` has it, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER, require_base, verify
from engine.errors import ArtifactError
from engine.ports import VERIFIER_CLASSES
from engine.quantised_weights import load_quantised
from engine.reader_layout import MEMBER_FILES
from engine.served_encoder import ServedEncoder
from engine.served_reader import ServedReader

_OWN, _HEAD = "layers.", "head."
_SHARED = "embeddings.word_embeddings.weight"


class ServedVerifier:
    """Implements `BundledVerifier` on one core of the processor.

    Args:
        encoder: the shared body.
        folder: the verifier's folder.

    Raises:
        ArtifactError: the folder is missing or altered, or was made for another body.
    """

    def __init__(self, encoder: ServedEncoder, folder: Path) -> None:
        self.manifest = verify(folder, ANSWER_VERIFIER)
        require_base(self.manifest, encoder.manifest, folder)
        self._tokenizer = encoder.tokenizer
        files = sorted(folder.glob(MEMBER_FILES))
        if not files:
            raise ArtifactError(f"{folder} holds no {MEMBER_FILES}")
        self._members = [self._member(encoder, file) for file in files]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        if not pairs:
            return np.zeros((0, len(VERIFIER_CLASSES)), dtype=np.float32)
        read = [pair.ids for pair in self._tokenizer.encode_batch(list(pairs))]
        logits = np.mean([member.logits(read) for member in self._members], axis=0)
        return np.asarray(logits, dtype=np.float32)

    def _member(self, encoder: ServedEncoder, file: Path) -> _Member:
        try:
            head = load_quantised(file, _HEAD)
            member = _Member(
                encoder.reader(file.stem, self.manifest, lambda body: _layers(file, body)),
                head[f"{_HEAD}weight"],
                head[f"{_HEAD}bias"],
            )
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise ArtifactError(f"{file} cannot be used: {error}") from None
        if member.weight.shape[0] != len(VERIFIER_CLASSES):
            raise ArtifactError(f"{file} knows other verdicts")
        return member


@dataclass(frozen=True, slots=True)
class _Member:
    """One cross-encoder.

    Args:
        reader: reads the pair.
        weight, bias: of the layer on the mean token state: ``(classes, width)``, ``(classes,)``.
    """

    reader: ServedReader
    weight: FloatArray
    bias: FloatArray

    def logits(self, pairs: Sequence[list[int]]) -> FloatArray:
        return np.asarray(self.reader.means(pairs) @ self.weight.T + self.bias, dtype=np.float32)


def _layers(file: Path, body: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return a member's own layers with the word embeddings that it shares with the body."""
    own = {n.removeprefix(_OWN): w for n, w in load_quantised(file, _OWN).items()}
    return {**own, _SHARED: body[_SHARED]}
