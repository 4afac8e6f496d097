"""The real worker as a process of its own, on one core, watched from outside."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.wire import UnixAddress
from tests.benchmarks.processes import cpu_seconds
from tests.support.command import ROOT, environment

_STOP_SECONDS = 20.0
_LISTENS = b"listening at"


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """A worker that takes turns.

    Args:
        address: where.
        pid: its process.
        ready_after: seconds from its start until it listened.
        ready_computed: seconds of those that it computed.
    """

    address: UnixAddress
    pid: int
    ready_after: float
    ready_computed: float

    @property
    def imports_torch(self) -> bool:
        """Whether torch's library is in its memory."""
        return "libtorch" in Path(f"/proc/{self.pid}/maps").read_text("utf-8")


@asynccontextmanager
async def running_worker(folder: Path, *options: str) -> AsyncIterator[RunningWorker]:
    """Run ``python -m engine`` on the last core for the length of a block.

    Args:
        folder: its home; takes its socket and its caches.
        options: further ones of its command line.
    """
    address = UnixAddress(folder / "engine.sock")
    command = (sys.executable, "-m", "engine", "--listen", str(address), "--device", "cpu")
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        *options,
        env=environment(folder, {"OMP_NUM_THREADS": "1"}),
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    try:
        assert process.stderr is not None
        while _LISTENS not in (line := await process.stderr.readline()):
            assert line, "the worker ended before it listened"
        ready_after = time.perf_counter() - began
        yield RunningWorker(address, process.pid, ready_after, cpu_seconds(process.pid))
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_STOP_SECONDS):
            await process.communicate()
