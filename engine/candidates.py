"""Vectors of everything that an answer is compared with, computed once per topic and model.

For each answer point: its reference answers and its plausible wrong answers, in the language of
the interview, plus the reference answers in the pack's other languages (people answer in either).
The vectors of a topic are kept on disk, keyed by the contents of the pack and of the model.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.ports import TextEncoder
from engine.questions import AnswerPoint, QuestionPack, Topic


@dataclass(frozen=True, slots=True)
class PointVectors:
    """The candidates of one answer point in one language.

    Args:
        references: texts of the right answers in the interview's language.
        wrong: texts of the wrong answers in that language.
        reference_vectors: unit vectors, ``references`` first, other languages after: ``(n, d)``.
        wrong_vectors: unit vectors of ``wrong``: ``(m, d)``.
    """

    references: tuple[str, ...]
    wrong: tuple[str, ...]
    reference_vectors: FloatArray
    wrong_vectors: FloatArray


class CandidateVectors:
    """The candidates of one pack, topic by topic; look-up by topic, point and locale.

    A topic is encoded when its first answer comes: a pack of sixty topics would keep the first
    start waiting, and an interview asks a quarter of them.

    Args:
        pack: the pack.
        encoder: the encoder.
        adapter: the stage's adapter.
        model_digest: stands for body and adapter; keys the files on disk.
        cache: folder for the files; None keeps everything in memory.
    """

    def __init__(
        self,
        pack: QuestionPack,
        encoder: TextEncoder,
        adapter: str,
        *,
        model_digest: str,
        cache: Path | None,
    ) -> None:
        self._pack = pack
        self._encoder = encoder
        self._adapter = adapter
        key = f"{pack.id}-{pack.digest[:16]}-{model_digest[:16]}"
        self._folder = cache / key if cache else None
        self._points: dict[tuple[str, str, str], PointVectors] = {}
        self._lock = threading.Lock()

    def of(self, topic_id: str, point_id: str, locale: str) -> PointVectors:
        """Return the candidates of one answer point."""
        key = (topic_id, point_id, locale)
        with self._lock:
            if key not in self._points:
                self._points.update(self._encoded(self._pack.topic(topic_id)))
            return self._points[key]

    def _encoded(self, topic: Topic) -> Mapping[tuple[str, str, str], PointVectors]:
        """Return all candidates of a topic, from disk where they lie there."""
        locales = self._pack.locales
        texts = tuple(dict.fromkeys(_texts(topic, locales)))
        file = self._folder / f"{topic.id}.npy" if self._folder else None
        matrix = _load(file, len(texts)) if file else None
        if matrix is None:
            matrix = self._encoder.encode(texts, self._adapter)
            if file:
                _save(file, matrix)
        row = {text: index for index, text in enumerate(texts)}
        return {
            (topic.id, point.id, locale): _point_vectors(point, locale, locales, matrix, row)
            for point in topic.points
            for locale in locales
        }


def _texts(topic: Topic, locales: Sequence[str]) -> list[str]:
    return [
        text
        for point in topic.points
        for locale in locales
        for text in (*point.references[locale], *(w.answer for w in point.wrong[locale]))
    ]


def _point_vectors(
    point: AnswerPoint,
    locale: str,
    locales: Sequence[str],
    matrix: FloatArray,
    row: Mapping[str, int],
) -> PointVectors:
    own = point.references[locale]
    others = [t for other in locales if other != locale for t in point.references[other]]
    wrong = tuple(w.answer for w in point.wrong[locale])
    return PointVectors(
        references=own,
        wrong=wrong,
        reference_vectors=matrix[[row[t] for t in (*own, *others)]],
        wrong_vectors=matrix[[row[t] for t in wrong]],
    )


def _load(file: Path, rows: int) -> FloatArray | None:
    """Return the stored matrix, None when there is none that fits."""
    try:
        with file.open("rb") as stream:
            matrix: FloatArray = np.lib.format.read_array(stream, allow_pickle=False)
    except Exception:  # whatever is wrong with a file that was cut or altered: compute it again
        return None
    fits = matrix.ndim == 2 and len(matrix) == rows and matrix.dtype == np.float32
    return matrix if fits and np.isfinite(matrix).all() else None


def _save(file: Path, matrix: FloatArray) -> None:
    """Store the matrix; a folder that cannot be written only costs time at the next start."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".npy")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.save(stream, matrix)
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
