"""Reads texts with a transformer that CTranslate2 serves, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import ctranslate2
import numpy as np

from engine.arrays import FloatArray

# Texts that are read at once. A core is fully at work with these; more take memory alone.
_TOGETHER = 16


class Precision(Enum):
    """What matrices are multiplied in, by the library's names.

    In int8 a text is read in less than half the time, where the processor has instructions for it.
    """

    FLOAT32 = "float32"
    INT8 = "int8"


class ServedReader:
    """A transformer whose token states are averaged.

    Args:
        folder: of the served model.
        precision: what it computes with.

    Raises:
        RuntimeError: it cannot be loaded.
    """

    def __init__(self, folder: Path, precision: Precision = Precision.FLOAT32) -> None:
        # One thread: more workers make use of more cores.
        self._model = ctranslate2.Encoder(
            str(folder), compute_type=precision.value, inter_threads=1, intra_threads=1
        )

    def means(self, texts: Sequence[list[int]]) -> FloatArray:
        """Return the mean token state of each text, ``(len(texts), width)``.

        Short texts are read together with short ones, so that little of a batch is padding.

        Args:
            texts: ids of the tokens of each.
        """
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        read = [
            self._read([texts[index] for index in order[start : start + _TOGETHER]])
            for start in range(0, len(order), _TOGETHER)
        ]
        means = np.concatenate(read)
        found = np.empty_like(means)
        found[order] = means
        return found

    def _read(self, texts: Sequence[list[int]]) -> FloatArray:
        lengths = np.array([len(text) for text in texts], dtype=np.int32)
        tokens = np.zeros((len(texts), int(lengths.max())), dtype=np.int32)
        for row, text in zip(tokens, texts, strict=True):
            row[: len(text)] = text
        view = ctranslate2.StorageView.from_array
        states = np.asarray(
            self._model.forward_batch(view(tokens), view(lengths)).last_hidden_state
        )
        kept = np.arange(tokens.shape[1]) < lengths[:, None]
        sums = np.einsum("nth,nt->nh", states, kept.astype(np.float32))
        return np.asarray(sums / lengths[:, None].astype(np.float32), dtype=np.float32)
