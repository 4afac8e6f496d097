"""What turns side by side ask for, with the computing thread in the test's hand."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import numpy as np

from engine.arrays import FloatArray
from engine.batch_thread import BatchThread, Lane, Request
from engine.errors import WriterUnavailableError
from engine.prompts import SpokenTurn
from engine.requester import Requester, acting_for
from engine.utterance_writer import Heard

PATIENCE = 20.0
"""Seconds after which a test is hopelessly stuck."""
Result = TypeVar("Result")


class Person:
    """Somebody who waits for a turn, until the test says otherwise."""

    def __init__(self) -> None:
        self.gave_up = False


class NotingThread(BatchThread):
    """A computing thread that tells when something has come to wait for it."""

    def __init__(self) -> None:
        super().__init__("test")
        self._came = threading.Semaphore(0)

    def add(self, lane: Lane[Request], *requests: Request) -> None:
        super().add(lane, *requests)
        self._came.release()

    def wait_for(self, count: int) -> None:
        """Return once so many more have come."""
        for _ in range(count):
            assert self._came.acquire(timeout=PATIENCE), "fewer came than were expected"


class HeldSums:
    """A model that sums up each row; it begins, and waits for the test each time."""

    def __init__(self, *, held: bool = True) -> None:
        self.batches: list[list[Sequence[float]]] = []
        self._held = held
        self._begun = threading.Semaphore(0)
        self._may_end = threading.Semaphore(0)

    def __call__(self, rows: Sequence[Sequence[float]]) -> FloatArray:
        self.batches.append([*rows])
        self._begun.release()
        if self._held:
            assert self._may_end.acquire(timeout=PATIENCE), "nobody let it go on"
        if any(np.isnan(row).any() for row in rows):
            raise ValueError("one of them is no number")
        return np.array([[sum(row)] for row in rows], dtype=np.float32)

    def wait(self) -> None:
        """Return once it has begun once more."""
        assert self._begun.acquire(timeout=PATIENCE), "it has not begun"

    def go_on(self, times: int = 1) -> None:
        """Let it end what it has begun, and so many more after that."""
        self._may_end.release(times)


class Turns:
    """Turns in threads of their own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(32)

    def start(
        self, asks: Callable[[], Result], requester: Requester | None = None
    ) -> Future[Result]:
        """Have a turn ask for something, for somebody."""

        def work() -> Result:
            with acting_for(requester or Person()):
                return asks()

        return self._threads.submit(work)


class HeldWriter:
    """Implements `JointWriter`: says its answers word by word, and waits for the test before each.

    A turn's answer is what it says; one that answers "fault" makes the whole batch fail.
    """

    name = "held"

    def __init__(self, *, held: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.words: list[str] = []
        self._held = held
        self._begun = threading.Semaphore(0)
        self._may_go_on = threading.Semaphore(0)

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        return [turn.answer for turn in turns]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        yield turn.answer

    def write_together(
        self, turns: Sequence[SpokenTurn], seeds: Sequence[int], heard: Heard
    ) -> None:
        self.batches.append([turn.answer for turn in turns])
        going = {number: turn.answer.split() for number, turn in enumerate(turns)}
        for step in itertools.count():
            self._pause()
            if any("fault" in words for words in going.values()):
                raise WriterUnavailableError("it cannot say that")
            for number, words in [*going.items()]:
                ended = step == len(words)
                if not ended:
                    self.words.append(words[step])
                text = " ".join(words[: step + 1])
                if not heard(number, partial(str, text), ended) or ended:
                    del going[number]
            if not going:
                return

    def wait(self) -> None:
        """Return once it is about to say a word."""
        assert self._begun.acquire(timeout=PATIENCE), "it says nothing"

    def go_on(self, words: int = 1) -> None:
        """Let it say a word in each utterance, or so many."""
        self._may_go_on.release(words)

    def _pause(self) -> None:
        self._begun.release()
        if self._held:
            assert self._may_go_on.acquire(timeout=PATIENCE), "nobody let it go on"
