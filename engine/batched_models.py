"""The encoder and the verifier of stages 1 and 2 as several turns use them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_VERIFIER, Manifest
from engine.batch_counters import BatchCounters
from engine.batch_thread import BatchThread
from engine.batched_rows import BatchedRows
from engine.ports import AdaptedEncoder, AnswerVerifier


class BatchedEncoder:
    """Implements `AdaptedEncoder`: what waits for the same adapter is encoded together.

    Args:
        encoder: encodes.
        thread: where.
        counters: where it is counted, as the adapter.
        most: texts that are encoded together.
    """

    def __init__(
        self, encoder: AdaptedEncoder, thread: BatchThread, counters: BatchCounters, most: int
    ) -> None:
        self._encoder = encoder
        self._thread = thread
        self._counters = counters
        self._most = most
        self._lock = Lock()
        self._lanes: dict[str, BatchedRows[str]] = {}

    @property
    def manifest(self) -> Manifest:
        """The body's manifest."""
        return self._encoder.manifest

    @property
    def device(self) -> str:
        """Where it runs."""
        return self._encoder.device

    def add_adapter(self, folder: Path, kind: str) -> Manifest:
        """Load the adapter in `folder` under the name `kind`; returns its manifest.

        Raises:
            ArtifactError: the folder is missing or altered, or was made for another body.
        """
        return self._encoder.add_adapter(folder, kind)

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text.

        Raises:
            AbandonedError: whoever they are for has given up before they were computed.
        """
        return self._lane(adapter)(texts)

    def _lane(self, adapter: str) -> BatchedRows[str]:
        with self._lock:
            if adapter not in self._lanes:
                compute = partial(self._encoder.encode, adapter=adapter)
                self._lanes[adapter] = BatchedRows(
                    adapter, compute, self._thread, self._counters, self._most
                )
            return self._lanes[adapter]


class BatchedVerifier:
    """Implements `AnswerVerifier`: the pairs of all that wait are judged together.

    Args:
        verifier: judges, in this process.
        thread: where.
        counters: where it is counted.
        most: pairs that are judged together.
    """

    def __init__(
        self, verifier: AnswerVerifier, thread: BatchThread, counters: BatchCounters, most: int
    ) -> None:
        self._judge: BatchedRows[tuple[str, str]] = BatchedRows(
            ANSWER_VERIFIER, verifier.judge, thread, counters, most
        )

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return one row of logits a pair, in the order of `engine.ports.VERIFIER_CLASSES`.

        Raises:
            AbandonedError: whoever they are for has given up before they were computed.
        """
        return self._judge(pairs)
