"""Reads texts with a transformer that CTranslate2 serves, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np

from engine.arrays import FloatArray
from engine.reader_layout import BATCH


class ServedReader:
    """A transformer whose token states are averaged.

    Args:
        folder: of the served model.

    Raises:
        RuntimeError: it cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        # One thread: more workers make use of more cores.
        self._model = ctranslate2.Encoder(
            str(folder), compute_type="float32", inter_threads=1, intra_threads=1
        )

    def means(self, texts: Sequence[list[int]]) -> FloatArray:
        """Return the mean token state of each text, ``(len(texts), width)``.

        Short texts are read together with short ones, so that little of a batch is padding.

        Args:
            texts: ids of the tokens of each.
        """
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        read = [
            self._read([texts[index] for index in order[start : start + BATCH]])
            for start in range(0, len(order), BATCH)
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
