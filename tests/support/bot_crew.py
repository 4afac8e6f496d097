"""Bots that share one database on PostgreSQL, each a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.command import environment
from tests.support.nats_server import free_port

_STOP_SECONDS = 20


class CrewBot:
    """``python -m bot run`` beside others of its kind.

    Args:
        folder: its home, and where it logs.
        settings: its environment; they name the database.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.log = folder / "log.txt"
        self.monitor_port = free_port()
        self._folder = folder
        self._settings = {"AURORA_MONITOR_PORT": str(self.monitor_port), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self._folder.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--fake"],
                cwd=self._folder,
                env=environment(self._folder, {"OMP_NUM_THREADS": "1", **self._settings}),
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(_STOP_SECONDS)

    def stop(self) -> int:
        """Tell it to end; return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(_STOP_SECONDS)

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def starts(self) -> int:
        """Return how often it has come to the point at which it serves."""
        return self.log.read_text("utf-8").count("run.started")

    async def says(self, words: str, seconds: float = 120.0) -> None:
        """Return once it has logged these words.

        Raises:
            TimeoutError: it has not.
        """
        async with asyncio.timeout(seconds):
            while words not in self.log.read_text("utf-8"):
                assert self.is_running(), self.log.read_text("utf-8")
                await asyncio.sleep(0.05)


@asynccontextmanager
async def crew(
    folder: Path, number: int, settings: Mapping[str, str]
) -> AsyncIterator[list[CrewBot]]:
    """Run so many bots, started one after the other, until the end of a block."""
    bots = [CrewBot(folder / f"bot{place}", settings) for place in range(number)]
    try:
        for bot in bots:
            bot.start()
            await bot.says("run.started")
        yield bots
    finally:
        for bot in bots:
            if bot.is_running():
                bot.kill()
