"""A language model that writes for several turns at a time.

What waits when the model is free is written side by side; a turn has its utterance as soon as that
one has ended, and sees it grow if it asks for that. What nobody waits for any more leaves the batch
at the next token.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue

from engine.artifacts import UTTERANCE_GENERATOR
from engine.batch_counters import BatchCounters
from engine.batch_thread import BatchThread
from engine.errors import WriterUnavailableError
from engine.prompts import SpokenTurn
from engine.requester import AbandonedError, Requester, has_given_up, present_requester
from engine.utterance_writer import JointWriter

MOST_UTTERANCES = 32
"""Utterances that are written side by side; more would wait for the slowest of too many."""


@dataclass(slots=True, eq=False)
class _Utterance:
    """One that a turn waits for.

    Args:
        turn: what it is phrased from.
        seed: what its words are drawn by.
        watched: whether the turn wants to see it grow.
        requester: whom it is for.
        asked: since when it waits, by the clock that only goes forward, in seconds.
    """

    turn: SpokenTurn
    seed: int
    watched: bool
    requester: Requester | None = field(default_factory=present_requester)
    asked: float = field(default_factory=time.monotonic)
    unwanted: bool = False
    shown: str = ""
    growing: SimpleQueue[str | None] = field(default_factory=SimpleQueue)
    done: Future[str] = field(default_factory=Future)

    def heard(self, text: Callable[[], str], ended: bool) -> bool:
        """Take what was written so far; return whether to go on."""
        if self.unwanted or has_given_up(self.requester):
            self.fail(AbandonedError())
            return False
        if ended:
            self.done.set_result(text())
            self.growing.put(None)
        elif self.watched and (so_far := text()) != self.shown:
            self.shown = so_far
            self.growing.put(so_far)
        return True

    def fail(self, error: BaseException) -> None:
        """Have the turn go on without it."""
        self.done.set_exception(error)
        self.growing.put(None)


class BatchedWriter:
    """Implements `UtteranceWriter`, and `engine.batch_thread.Lane`.

    Args:
        writer: writes.
        thread: where.
        counters: where it is counted.
        most: utterances that are written side by side.
    """

    def __init__(
        self,
        writer: JointWriter,
        thread: BatchThread,
        counters: BatchCounters,
        most: int = MOST_UTTERANCES,
    ) -> None:
        self.waiting: deque[_Utterance] = deque()
        self._writer = writer
        self._counters = counters
        self._most = most
        self._thread = thread

    @property
    def name(self) -> str:
        """What an operator knows it by."""
        return self._writer.name

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one raw utterance a turn.

        Raises:
            WriterUnavailableError: the model cannot write now.
            AbandonedError: whoever they are for has given up.
        """
        asked = [
            _Utterance(turn, seed, watched=False) for turn, seed in zip(turns, seeds, strict=True)
        ]
        self._thread.add(self, *asked)
        try:
            return [utterance.done.result() for utterance in asked]
        finally:  # if one fails, nobody waits for the rest
            for utterance in asked:
                utterance.unwanted = True

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the utterance so far, again and again as it grows; the last one is the whole.

        Raises:
            WriterUnavailableError: the model cannot write now, or stopped in the middle.
            AbandonedError: whoever it is for has given up.
        """
        asked = _Utterance(turn, seed, watched=True)
        self._thread.add(self, asked)
        try:
            while (so_far := asked.growing.get()) is not None:
                yield so_far
            yield asked.done.result()
        finally:
            asked.unwanted = True

    def take(self) -> Callable[[], None]:
        """Take out what is written next."""
        taken: list[_Utterance] = []
        while self.waiting and len(taken) < self._most:
            utterance = self.waiting.popleft()
            if utterance.unwanted or has_given_up(utterance.requester):
                utterance.fail(AbandonedError())
            else:
                taken.append(utterance)
        return partial(self._run, taken)

    def _run(self, taken: Sequence[_Utterance]) -> None:
        if taken:
            now = time.monotonic()
            self._counters.began(UTTERANCE_GENERATOR, [now - one.asked for one in taken])
            self._write_together(taken)

    def _write_together(self, taken: Sequence[_Utterance]) -> None:
        try:
            self._writer.write_together(
                [one.turn for one in taken],
                [one.seed for one in taken],
                lambda number, text, ended: taken[number].heard(text, ended),
            )
            fault: BaseException = WriterUnavailableError(f"{self.name} forgot an utterance")
        except BaseException as error:  # whoever waits must hear of anything
            fault = error
        left = [one for one in taken if not one.done.done()]
        if len(taken) > 1:  # the fault of one is not the others', and alone they need less memory
            for one in left:
                self._write_together([one])
        else:
            for one in left:
                one.fail(fault)
