"""Starts an engine worker of the bot's own and keeps it running.

```mermaid
stateDiagram-v2
    [*] --> Running: start
    Running --> Pausing: ended, whatever the reason
    Pausing --> Running: after a pause that doubles each time
    Running --> Failed: ended because of its models or packs
    Running --> Failed: ended three times in a row before it listened
    Running --> [*]: stop
    Pausing --> [*]: stop
    Failed --> [*]: stop
```
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

import engine
from bot.errors import EngineStartError
from engine.generator_spec import KEY_VARIABLE as GENERATOR_KEY
from engine.verifier_spec import KEY_VARIABLE as VERIFIER_KEY
from engine.wire import Address, TcpAddress, UnixAddress

log = structlog.get_logger(__name__)

TAIL_LINES = 50
GRACE_SECONDS = 5.0
# Exit codes after which another start would end the same way: models, packs (engine/__main__.py).
_HOPELESS = frozenset({2, 3})
# So often in a row a worker may end, in any other way, before it has listened.
_EARLY_ENDS = 3
# What a worker prints once it listens (engine/__main__.py).
_LISTENS = "engine: listening at "
# The shortest limit on the path of a Unix socket among the systems in use, in bytes.
_LONGEST_SOCKET_PATH = 100
_CHUNK = 4096
_WORKER = (sys.executable, "-m", "engine")
# Where `python -m engine` finds the package, wherever the bot itself was started.
_PROJECT = Path(engine.__path__[0]).resolve().parent


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What the worker is started with; its own defaults hold where nothing is given.

    Args:
        packs: folder with question packs.
        weights: folder with models.
        device: ``auto``, ``cpu`` or ``cuda``.
        fake: whether it uses stand-ins instead of models.
        verifier: what judges answers (`engine.verifier_spec`).
        verifier_key: for a verifier on a server; handed over out of everybody's sight.
        generator: what phrases utterances (`engine.generator_spec`).
        generator_key: for a generator on a server; handed over likewise.
    """

    packs: Path | None = None
    weights: Path | None = None
    device: str = "auto"
    fake: bool = False
    verifier: str = ""
    verifier_key: str = field(default="", repr=False)
    generator: str = ""
    generator_key: str = field(default="", repr=False)

    def arguments(self) -> list[str]:
        """Return them as command-line arguments."""
        found = ["--device", self.device]
        if self.packs is not None:
            found += ["--packs", str(self.packs.resolve())]
        if self.weights is not None:
            found += ["--weights", str(self.weights.resolve())]
        if self.verifier:
            found += ["--verifier", self.verifier]
        if self.generator:
            found.append(f"--generator={self.generator}")  # whatever it begins with
        return [*found, "--fake"] if self.fake else found

    def environment(self) -> dict[str, str]:
        """Return the environment that the worker is started in."""
        keys = {VERIFIER_KEY: self.verifier_key, GENERATOR_KEY: self.generator_key}
        return {**os.environ, **{name: key for name, key in keys.items() if key}}


@dataclass
class Backoff:
    """How long to wait before the next start: twice as long each time, up to a limit.

    Args:
        first: the first pause, in seconds.
        longest: the longest one, in seconds.
        settled: a worker that ran this long, in seconds, was well; the next pause is the first one.
    """

    first: float = 0.2
    longest: float = 30.0
    settled: float = 60.0

    def __post_init__(self) -> None:
        self._next = self.first

    def after(self, ran: float) -> float:
        """Return the pause after a worker that ran for so many seconds."""
        pause = self.first if ran >= self.settled else self._next
        self._next = min(pause * 2, self.longest)
        return pause


class EngineProcess:
    """One worker process, started again when it ends.

    Args:
        options: what the worker is started with.
        backoff: pauses between starts.
        command: the worker's program, without its arguments.
        grace: seconds that a stopped worker has to finish its turn before it is killed.
    """

    def __init__(
        self,
        options: WorkerOptions | None = None,
        backoff: Backoff | None = None,
        command: Sequence[str] = _WORKER,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self._options = options or WorkerOptions()
        self._backoff = backoff or Backoff()
        self._command = tuple(command)
        self._grace = grace
        self._folder = tempfile.TemporaryDirectory(prefix="aurora-")
        self._address = _fresh_address(Path(self._folder.name))
        self._process: asyncio.subprocess.Process | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._failure: EngineStartError | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._listened = False

    @property
    def address(self) -> str:
        """Where the worker listens once it is loaded; stays the same over restarts."""
        return str(self._address)

    @property
    def pid(self) -> int | None:
        """The process id of the worker, if one runs."""
        return None if self._process is None else self._process.pid

    @property
    def failure(self) -> EngineStartError | None:
        """Why the worker is not started any more, if it cannot be."""
        return self._failure

    def start(self) -> None:
        """Start the worker in the background; returns at once."""
        self._supervision = asyncio.create_task(self._supervise(), name="engine process")

    async def wait(self) -> None:
        """Return when stopped.

        Raises:
            EngineStartError: the worker cannot be started; what it printed is in the message.
        """
        if self._supervision is not None:
            await asyncio.wait({self._supervision})
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """End the worker: it may finish its turn, but is killed when that takes too long."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.wait({self._supervision})
        self._folder.cleanup()

    async def _supervise(self) -> None:
        loop = asyncio.get_running_loop()
        early = 0
        while True:
            began = loop.time()
            try:
                code = await self._run_once()
            except OSError as error:
                self._fail(f"cannot be started: {error}")
                return
            early = 0 if self._listened else early + 1
            if code in _HOPELESS or early == _EARLY_ENDS:
                self._fail(f"cannot start (exit code {code}): {self._said()}")
                return
            pause = self._backoff.after(loop.time() - began)
            log.warning("engine.ended", code=code, said=self._said(), restart_in_s=pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        """Run one process to its end and return its exit code; end it when cancelled."""
        self._tail.clear()
        self._listened = False
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *("--listen", self.address, "--exit-with-stdin"),
            *self._options.arguments(),
            # The pipe is the leash: when the bot is gone, however it ended, the worker goes too.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=_PROJECT,
            env=self._options.environment(),
            # Ctrl-C in the terminal is for the bot alone.
            start_new_session=True,
        )
        self._process = process
        reading = asyncio.create_task(self._read(process.stderr))
        try:
            return await process.wait()
        finally:
            await _end(process, self._grace)
            self._process = None
            await asyncio.wait({reading}, timeout=1)
            reading.cancel()

    async def _read(self, stderr: asyncio.StreamReader | None) -> None:
        """Keep the last lines that the worker printed, and log all of them."""
        rest = b""
        while stderr is not None and (chunk := await stderr.read(_CHUNK)):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _CHUNK:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._note(line)
        if rest:
            self._note(rest)

    def _note(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        self._tail.append(text)
        self._listened = self._listened or text.startswith(_LISTENS)
        log.info("engine.said", line=text)

    def _said(self) -> str:
        return "\n".join(self._tail) or "it printed nothing"

    def _fail(self, why: str) -> None:
        self._failure = EngineStartError(f"the engine worker {why}")
        log.info("engine.failed", why=why)  # whoever waits for the worker tells about it


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        log.warning("engine.killed", pid=process.pid)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _fresh_address(folder: Path) -> Address:
    """Return an address that nobody uses: in a folder of our own, or on the loopback interface."""
    path = folder / "engine.sock"
    if hasattr(socket, "AF_UNIX") and len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return UnixAddress(path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        return TcpAddress("127.0.0.1", free.getsockname()[1])
