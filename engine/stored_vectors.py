"""The unit vectors of many texts: one array on disk, filled as its rows are asked for.

A pack of sixty topics has thousands of texts, and an interview asks after a quarter of them. So the
array begins empty, and a row counts as there once it has unit length: a worker that dies in the
middle of one leaves it to be written again, and two workers write the same into the same place.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.ports import TextEncoder
from engine.questions import QuestionPack

# How far the square of a row's length may be off one.
_SLACK = 1e-3


class StoredVectors:
    """The vectors of a list of texts.

    Args:
        texts: the texts; their number and order never change for a file.
        encoder: the encoder.
        adapter: the stage's adapter.
        file: the array; None keeps it in memory. What does not fit the texts is replaced.
    """

    def __init__(
        self, texts: Sequence[str], encoder: TextEncoder, adapter: str, file: Path | None
    ) -> None:
        self._texts = texts
        self._encoder = encoder
        self._adapter = adapter
        self._file = file
        self._matrix: FloatArray | None = None
        self._lock = threading.Lock()

    def rows(self, start: int, stop: int) -> FloatArray:
        """Return the vectors of some texts that stand together: ``(stop - start, d)``."""
        with self._lock:
            if self._matrix is None and self._file is not None:
                self._matrix = _opened(self._file, len(self._texts))
            if self._matrix is not None and _complete(self._matrix[start:stop]):
                return self._matrix[start:stop]
            vectors = self._encoder.encode(tuple(self._texts[start:stop]), self._adapter)
            shape = (len(self._texts), vectors.shape[1])
            if self._matrix is None or self._matrix.shape != shape:
                self._matrix = _empty(self._file, shape)
            self._matrix[start:stop] = vectors
            return self._matrix[start:stop]


def vectors_file(cache: Path, pack: QuestionPack, model_digest: str) -> Path:
    """Return where the vectors of a pack by a model are kept.

    Args:
        cache: the folder.
        pack: the pack.
        model_digest: stands for the model, adapters included.
    """
    return cache / f"{pack.id}-{pack.digest[:16]}-{model_digest[:16]}.npy"


def _complete(rows: FloatArray) -> bool:
    lengths = np.einsum("nd,nd->n", rows, rows)
    return bool((np.abs(lengths - 1) < _SLACK).all())


def _opened(file: Path, rows: int) -> FloatArray | None:
    """Return the array in a file, None when there is none that fits."""
    # What nobody may write to is written to in memory alone.
    for mode in ("r+", "c"):
        # Whatever is wrong with a file that was cut or altered: it is made again.
        with contextlib.suppress(Exception):
            matrix = np.lib.format.open_memmap(file, mode=mode)
            if matrix.ndim == 2 and len(matrix) == rows and matrix.dtype == np.float32:
                return np.asarray(matrix)
    return None


def _empty(file: Path | None, shape: tuple[int, int]) -> FloatArray:
    """Return an empty array, in a file's place where that can be written."""
    if file is not None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=file.parent) as folder:
                made = Path(folder) / file.name
                matrix = np.lib.format.open_memmap(made, mode="w+", dtype=np.float32, shape=shape)
                made.replace(file)
            return np.asarray(matrix)
    return np.zeros(shape, dtype=np.float32)
