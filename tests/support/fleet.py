"""Workers of a fleet inside the test's own process, and one that is a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.fleet_client import FleetEngineClient
from engine.contract import Intent, TurnRequest
from engine.fleet import NatsAddress
from engine.fleet_worker import FleetWorker
from engine.pipeline import Pipeline
from engine.ports import Evaluation
from engine.questions import QuestionPack
from engine.turn_queue import WorkerFacts
from tests.support.command import ROOT
from tests.support.engine_server import PATIENCE

LEASE = 1.0
"""Seconds, in tests that wait for one to be over."""
LONG_LEASE = 300.0
"""Seconds, in tests that would notice if one had to be over."""


@dataclass(frozen=True)
class RunningFleetWorker:
    """A worker that serves; `serving` is done once it has ended."""

    stop: asyncio.Event
    serving: asyncio.Task[None]


@asynccontextmanager
async def fleet_worker(
    pipeline: Pipeline, address: NatsAddress, lease: float = LONG_LEASE, at_once: int = 1
) -> AsyncIterator[RunningFleetWorker]:
    """Serve a pipeline as a worker of a fleet for the length of a block."""
    stop = asyncio.Event()
    worker = FleetWorker(pipeline, WorkerFacts(True, {}, "cpu"), address, lease, at_once)
    serving = asyncio.create_task(worker.serve(stop))
    try:
        yield RunningFleetWorker(stop, serving)
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await serving


@asynccontextmanager
async def fleet_client(
    address: NatsAddress, *, within: float = PATIENCE
) -> AsyncIterator[FleetEngineClient]:
    """Give a bot's way to the fleet."""
    client = FleetEngineClient(address, timeout=within)
    try:
        yield client
    finally:
        await client.close()


class NotingEvaluator:
    """Stage 1 that notes whom it was asked about; fails where it is told to."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.failing: Exception | None = None

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        self.seen.append(request.request_id)
        if self.failing is not None:
            raise self.failing
        return Evaluation(Intent.SKIP)


async def queue_holds(client: FleetEngineClient, waiting: int = 0, in_work: int = 0) -> None:
    """Return once the queue holds so many turns."""
    async with asyncio.timeout(PATIENCE):
        while (queue := await client.queue()) is None or (
            queue.waiting < waiting or queue.in_work < in_work
        ):
            pass  # asking takes as long as the server takes


class WorkerProcess:
    """A worker that holds the first turn that it gets for ever, until it is killed.

    Args:
        process: where it runs.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begun(self) -> None:
        """Return once it is in the middle of a turn."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert await self._process.stdout.readline() == b"begun\n"

    def freeze(self) -> None:
        """Have it do nothing any more, without an end."""
        self._process.send_signal(signal.SIGSTOP)

    async def kill(self) -> None:
        """End it as the kernel does with whom it has no memory for."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def stuck_worker(
    address: NatsAddress, folder: Path, lease: float = LEASE
) -> AsyncIterator[WorkerProcess]:
    """Run a worker that dies in the middle of its first turn."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.fleet_child"),
        *(str(address), str(folder), str(lease)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    worker = WorkerProcess(process)
    try:
        yield worker
    finally:
        await worker.kill()
