"""A language model that says what a test wants, and a judge of topics that is easily pleased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.prompts import SpokenTurn


class ScriptedWriter:
    """Implements `UtteranceWriter`.

    Args:
        say: turn and seed → what is written.
    """

    name = "scripted"

    def __init__(self, say: Callable[[SpokenTurn, int], str]) -> None:
        self._say = say
        self.batches: list[list[tuple[SpokenTurn, int]]] = []

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one text a turn, and note what was asked for at once."""
        self.batches.append(list(zip(turns, seeds, strict=True)))
        return [self._say(turn, seed) for turn, seed in self.batches[-1]]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the whole at once."""
        yield self.write([turn], [seed])[0]


class AlwaysOnTopic:
    """Implements `Relevance`."""

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        """Return that each text asks the next topic."""
        return np.ones(len(texts), dtype=np.float32)
