"""A language model that remembers: utterances are served one by one, yet written in big batches.

The generator that serves asks its writer for one turn at a time. Run to note what it asks for, and
again once that is written, it is the very code that serves, at the speed of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.prompts import SpokenTurn
from engine.utterance_writer import UtteranceWriter

AT_ONCE = 32


class NotWrittenYetError(Exception):
    """What was asked for was noted; ask again once it is written."""


class RememberingWriter:
    """Implements `UtteranceWriter`; writes each turn and seed once.

    Args:
        writer: does the work.
    """

    def __init__(self, writer: UtteranceWriter) -> None:
        self._writer = writer
        self._known: dict[tuple[SpokenTurn, int], str] = {}
        self._noted: dict[tuple[SpokenTurn, int], None] = {}

    @property
    def name(self) -> str:
        """That of the writer."""
        return self._writer.name

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return what was written for each turn and seed.

        Raises:
            NotWrittenYetError: something is not; it is noted.
        """
        wanted = list(zip(turns, seeds, strict=True))
        unknown = dict.fromkeys(key for key in wanted if key not in self._known)
        if unknown:
            self._noted |= unknown
            raise NotWrittenYetError
        return [self._known[key] for key in wanted]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the whole of what was written.

        Raises:
            NotWrittenYetError: it is not; it is noted.
        """
        yield from self.write([turn], [seed])

    def write_noted(self) -> bool:
        """Write all that was asked for in vain, and tell whether there was anything.

        Raises:
            WriterUnavailableError: the model cannot write.
        """
        # Turns of like length go together, so that little is padded.
        noted = sorted(self._noted, key=lambda key: len(key[0].answer) + len(key[0].question))
        self._noted = {}
        for start in range(0, len(noted), AT_ONCE):
            batch = noted[start : start + AT_ONCE]
            turns, seeds = [turn for turn, _ in batch], [seed for _, seed in batch]
            self._known.update(zip(batch, self._writer.write(turns, seeds), strict=True))
        return bool(noted)
