"""The bundled verifier, as `engine.answer_verifier` has it, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from tokenizers import Tokenizer

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER, Manifest, require_base, verify
from engine.errors import ArtifactError
from engine.ports import VERIFIER_CLASSES, AnswerVerifier
from engine.processor import adds_products_of_int8
from engine.quantised_weights import load_quantised
from engine.reader_layout import MEMBER_FILES
from engine.served_encoder import ServedEncoder
from engine.served_reader import Precision, ServedReader

_OWN, _HEAD = "layers.", "head."
_SHARED = "embeddings.word_embeddings.weight"


class ServedVerifier:
    """Implements `BundledVerifier` on one core of the processor.

    Args:
        encoder: the shared body.
        folder: the verifier's folder.

    Attributes:
        quick: the same in int8; None on a processor that is not made for that.

    Raises:
        ArtifactError: the folder is missing or altered, or was made for another body.
    """

    def __init__(self, encoder: ServedEncoder, folder: Path) -> None:
        self.manifest = verify(folder, ANSWER_VERIFIER)
        require_base(self.manifest, encoder.manifest, folder)
        files = sorted(folder.glob(MEMBER_FILES))
        if not files:
            raise ArtifactError(f"{folder} holds no {MEMBER_FILES}")

        def members(precision: Precision) -> _Members:
            made = [_member(encoder, self.manifest, file, precision) for file in files]
            return _Members(encoder.tokenizer, made)

        self._exact = members(Precision.FLOAT32)
        self.quick: AnswerVerifier | None = (
            members(Precision.INT8) if adds_products_of_int8() else None
        )

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        return self._exact.judge(pairs)


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


@dataclass(frozen=True, slots=True)
class _Members:
    """Implements `AnswerVerifier`: all members in one precision."""

    tokenizer: Tokenizer
    members: Sequence[_Member]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        if not pairs:
            return np.zeros((0, len(VERIFIER_CLASSES)), dtype=np.float32)
        read = [pair.ids for pair in self.tokenizer.encode_batch(list(pairs))]
        logits = np.mean([member.logits(read) for member in self.members], axis=0)
        return np.asarray(logits, dtype=np.float32)


def _member(
    encoder: ServedEncoder, manifest: Manifest, file: Path, precision: Precision
) -> _Member:
    try:
        head = load_quantised(file, _HEAD)
        member = _Member(
            encoder.reader(file.stem, manifest, lambda body: _layers(file, body), precision),
            head[f"{_HEAD}weight"],
            head[f"{_HEAD}bias"],
        )
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise ArtifactError(f"{file} cannot be used: {error}") from None
    if member.weight.shape[0] != len(VERIFIER_CLASSES):
        raise ArtifactError(f"{file} knows other verdicts")
    return member


def _layers(file: Path, body: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return a member's own layers with the word embeddings that it shares with the body."""
    own = {n.removeprefix(_OWN): w for n, w in load_quantised(file, _OWN).items()}
    return {**own, _SHARED: body[_SHARED]}
