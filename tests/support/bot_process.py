"""``python -m bot run`` as a process of its own whose memory is watched."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.support.command import ROOT, environment

_STOP_SECONDS = 15


class BotProcess:
    """The bot, with the engine's stand-ins unless it is told otherwise.

    Args:
        folder: its home; the database lies in it, and what it logs.
        settings: its environment.
        tree: where its code is.
        models: whether the bundled models judge and speak.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        tree: Path = ROOT,
        *,
        models: bool = False,
    ) -> None:
        self.database = folder / "aurora.db"
        self.log = folder / "log.txt"
        self._folder = folder
        self._engine = () if models else ("--fake",)
        changes = {"AURORA_MONITOR_PORT": "off", "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
        self._environment = environment(folder, {**changes, **settings})
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs yet
                [sys.executable, "-m", "bot", "run", *self._engine, "--db", self.database],
                cwd=self._folder,
                env=self._environment,
                stderr=log,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def memory(self) -> int:
        """Return the bytes of its memory that are in use now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """Return how long it has computed so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
