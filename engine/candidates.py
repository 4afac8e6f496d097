"""Vectors of everything that an answer is compared with, computed once per topic and model.

For each answer point: its reference answers and its plausible wrong answers, in the language of
the interview, plus the reference answers in the pack's other languages (people answer in either).
All vectors of a pack stand in one array, topic by topic, which is kept on disk under a name that
says which contents of the pack and of the model it is of.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.arrays import FloatArray
from engine.ports import TextEncoder
from engine.questions import AnswerPoint, QuestionPack, Topic
from engine.stored_vectors import StoredVectors, vectors_file


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

    A topic is encoded when its first answer comes, or by `complete`: a pack of sixty topics would
    keep the first start waiting.

    Args:
        pack: the pack.
        encoder: the encoder.
        adapter: the stage's adapter.
        model_digest: stands for body and adapter; part of the file's name.
        cache: folder for the file; None keeps everything in memory.
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
        self._texts = {
            topic.id: tuple(dict.fromkeys(_texts(topic, pack.locales))) for topic in pack
        }
        together = [text for texts in self._texts.values() for text in texts]
        file = vectors_file(cache, pack, model_digest) if cache else None
        self._vectors = StoredVectors(together, encoder, adapter, file)
        self._points: dict[tuple[str, str, str], PointVectors] = {}
        self._lock = threading.Lock()

    def of(self, topic_id: str, point_id: str, locale: str) -> PointVectors:
        """Return the candidates of one answer point."""
        key = (topic_id, point_id, locale)
        with self._lock:
            if key not in self._points:
                self._points.update(self._encoded(self._pack.topic(topic_id)))
            return self._points[key]

    def complete(self) -> None:
        """Encode what is still missing."""
        for topic in self._pack:
            if topic.points:
                self._rows(topic)

    def _encoded(self, topic: Topic) -> Mapping[tuple[str, str, str], PointVectors]:
        """Return all candidates of a topic."""
        locales = self._pack.locales
        matrix = self._rows(topic)
        row = {text: index for index, text in enumerate(self._texts[topic.id])}
        return {
            (topic.id, point.id, locale): _point_vectors(point, locale, locales, matrix, row)
            for point in topic.points
            for locale in locales
        }

    def _rows(self, topic: Topic) -> FloatArray:
        start = 0
        for topic_id, texts in self._texts.items():
            if topic_id == topic.id:
                return self._vectors.rows(start, start + len(texts))
            start += len(texts)
        raise KeyError(topic.id)


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
