"""Models that remember: many messages are judged one by one, yet computed in a few big batches.

What judges a message (`engine.answer_evaluator`) asks its models for a few texts and pairs at a
time. Run once to note what it asks for and once with all of it computed, it is the very code that
serves, at the speed of a batch; and no text is computed twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from engine.arrays import FloatArray
from engine.ports import VERIFIER_CLASSES, AnswerVerifier, TextEncoder


class RememberingEncoder:
    """Implements `TextEncoder`; encodes each text once.

    Args:
        encoder: does the work.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, str], FloatArray] = {}

    def prepare(self, texts: Sequence[str], adapter: str) -> None:
        """Encode all texts that are not known yet in one go."""
        unknown = [t for t in dict.fromkeys(texts) if (adapter, t) not in self._known]
        if unknown:
            vectors = self._encoder.encode(unknown, adapter)
            for text, vector in zip(unknown, vectors, strict=True):
                self._known[adapter, text] = vector

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text: ``(len(texts), width)``."""
        self.prepare(texts, adapter)
        return np.stack([self._known[adapter, text] for text in texts])


class RememberingVerifier:
    """Implements `AnswerVerifier`; judges each pair once.

    Args:
        verifier: does the work.
    """

    def __init__(self, verifier: AnswerVerifier) -> None:
        self._verifier = verifier
        self._known: dict[tuple[str, str], FloatArray] = {}
        self._noted: dict[tuple[str, str], None] | None = None

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Only note what is asked for, answering with zeros; judge all of it at the end."""
        self._noted = {}
        try:
            yield
            noted = list(self._noted)
        finally:
            self._noted = None
        self._judge(noted)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return logits, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        if self._noted is not None:
            self._noted.update(dict.fromkeys(pairs))
            return np.zeros((len(pairs), len(VERIFIER_CLASSES)), dtype=np.float32)
        self._judge(pairs)
        return np.stack([self._known[pair] for pair in pairs])

    def _judge(self, pairs: Sequence[tuple[str, str]]) -> None:
        unknown = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        if unknown:
            logits = self._verifier.judge(unknown)
            self._known.update(zip(unknown, logits, strict=True))
