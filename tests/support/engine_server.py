"""Workers inside the test's own process, on real sockets."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.contract import TurnRequest
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeSelector, FakeStreamingGenerator
from engine.generator_counters import GeneratorCounters
from engine.generator_facts import CURATED_ALONE, GeneratorFacts
from engine.listener import listen
from engine.pipeline import Pipeline
from engine.ports import AnswerEvaluator, Evaluation
from engine.questions import QuestionPack
from engine.turn_queue import QUEUE_LIMIT, WorkerFacts
from engine.wire import UnixAddress
from engine.worker import Worker

PATIENCE = 20.0
"""Seconds after which a test is hopelessly stuck."""


class HeldEvaluator:
    """Stage 1 that waits, in the inference thread, until the test lets it go on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._release = threading.Event()
        self.begun = asyncio.Event()
        self.seen: list[str] = []

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        self.seen.append(request.request_id)
        self._loop.call_soon_threadsafe(self.begun.set)
        self._release.wait(PATIENCE)
        return FakeEvaluator().evaluate(request, pack)

    def release(self) -> None:
        """Let all turns go on, this one and those to come."""
        self._release.set()


class MeetingEvaluator:
    """Stage 1 that goes on only when so many turns are in it at the same time.

    Args:
        turns: how many.
    """

    def __init__(self, turns: int) -> None:
        self._all_there = threading.Barrier(turns)

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        self._all_there.wait(PATIENCE)
        return FakeEvaluator().evaluate(request, pack)


@dataclass(frozen=True)
class RunningWorker:
    """A worker that serves; `serving` is done once it has ended."""

    address: UnixAddress
    stop: asyncio.Event
    serving: asyncio.Task[None]


class Pauses:
    """What a slow generator waits for, in the inference thread, before each sentence.

    Args:
        held: whether it waits for the test.
    """

    def __init__(self, *, held: bool = True) -> None:
        self.held = held
        self.taken = 0
        self.reached = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._may_go_on = threading.Semaphore(0)

    def __call__(self) -> None:
        self.taken += 1
        if self.held:
            self._loop.call_soon_threadsafe(self.reached.set)
            self._may_go_on.acquire(timeout=PATIENCE)

    def go_on(self) -> None:
        """Let one sentence be said."""
        self._may_go_on.release()

    def release(self) -> None:
        """Let everything be said from now on."""
        self.held = False
        self.go_on()


def fake_pipeline(pack: QuestionPack, evaluator: AnswerEvaluator | None = None) -> Pipeline:
    """Return a pipeline without models."""
    generator = CuratedGenerator(load_reactions())
    return Pipeline({pack.id: pack}, evaluator or FakeEvaluator(), FakeSelector(), generator)


def slow_pipeline(pack: QuestionPack, pause: Callable[[], None]) -> Pipeline:
    """Return a pipeline without models that speaks sentence by sentence."""
    generator = FakeStreamingGenerator(CuratedGenerator(load_reactions()), pause)
    return Pipeline({pack.id: pack}, FakeEvaluator(), FakeSelector(), generator)


@asynccontextmanager
async def running_worker(
    pipeline: Pipeline,
    queue_limit: int = QUEUE_LIMIT,
    path: Path | None = None,
    counters: GeneratorCounters | None = None,
    generator: GeneratorFacts = CURATED_ALONE,
    *,
    at_once: int = 1,
) -> AsyncIterator[RunningWorker]:
    """Serve a pipeline on a Unix socket for the length of a block."""
    with tempfile.TemporaryDirectory() as folder:
        listener = listen(UnixAddress(path or Path(folder) / "private" / "engine.sock"))
        assert isinstance(listener.address, UnixAddress)
        stop = asyncio.Event()
        facts = WorkerFacts(True, {}, "cpu", generator, counters)
        worker = Worker(pipeline, facts, queue_limit, at_once)
        serving = asyncio.create_task(worker.serve(listener, stop))
        try:
            yield RunningWorker(listener.address, stop, serving)
        finally:
            stop.set()
            async with asyncio.timeout(PATIENCE):
                await serving
