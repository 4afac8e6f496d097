"""Wraps a worker's models so that turns which run side by side use them together."""

from __future__ import annotations

from dataclasses import replace

from engine.batch_counters import BatchCounters
from engine.batch_thread import BatchThread
from engine.batched_models import BatchedEncoder, BatchedVerifier
from engine.batched_writer import BatchedWriter
from engine.language_model_verifier import LanguageModelVerifier
from engine.ports import AnswerVerifier
from engine.readers import Readers
from engine.utterance_writer import JointWriter, UtteranceWriter

# Rows that are read together. A processor is fully at work with this many, and needs little memory
# for them; a GPU takes more.
MOST_ROWS = 32
MOST_ROWS_ON_GPU = 256


class Batching:
    """What the models of one worker share.

    What runs on a server is left as it is: turns ask it side by side, and it makes batches itself.

    Args:
        device: where they run, ``cpu`` or ``cuda``.
    """

    def __init__(self, device: str) -> None:
        self.counters = BatchCounters()
        self._most = MOST_ROWS if device == "cpu" else MOST_ROWS_ON_GPU
        self._reading = BatchThread("reading")
        # Of its own: a verdict does not wait until somebody else has spoken.
        self._writing = BatchThread("writing")

    def readers(self, readers: Readers) -> Readers:
        """Return readers whose encoder serves several turns at a time."""
        encoder = BatchedEncoder(readers.encoder, self._reading, self.counters, self._most)
        return replace(readers, encoder=encoder)

    def verifier(self, verifier: AnswerVerifier) -> AnswerVerifier:
        """Return a verifier that serves several turns at a time."""
        if isinstance(verifier, LanguageModelVerifier):
            return verifier
        return BatchedVerifier(verifier, self._reading, self.counters, self._most)

    def writer(self, writer: UtteranceWriter | None) -> UtteranceWriter | None:
        """Return a writer that serves several turns at a time."""
        if not isinstance(writer, JointWriter):
            return writer
        return BatchedWriter(writer, self._writing, self.counters)
