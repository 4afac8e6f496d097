"""Drives ``chat --json`` as a program would that has read docs/architecture.md and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.support import chat_child
from tests.support.command import PATIENCE, environment
from tests.support.forks import processes

Turn: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an interview is held.

    Args:
        folder: holds its database, and what is printed to standard error.
        packs: the packs.
    """

    folder: Path
    packs: Path

    @property
    def database(self) -> Path:
        return self.folder / "aurora.db"

    @property
    def errors(self) -> Path:
        return self.folder / "errors.txt"


class RunningBot:
    """One process of the bot.

    Args:
        place: where the interview is held.
        temporary: folder for temporary files.
    """

    def __init__(self, place: Place, temporary: str) -> None:
        there, self._typing = processes.Pipe(duplex=False)
        self._printed, here = processes.Pipe(duplex=False)
        arguments = ["chat", "--json", "--fake", "--lang", "en", "--pack", "fruit"]
        changes = {"AURORA_PACKS": str(place.packs), "TMPDIR": temporary}
        self._process = processes.Process(
            target=chat_child.run,
            args=(
                [*arguments, "--db", str(place.database)],
                environment(place.folder, changes),
                there,
                here,
                place.errors,
            ),
        )
        self._process.start()
        there.close()
        here.close()
        self.shown = 0
        self._more = asyncio.Condition()
        self._lines = asyncio.StreamReader(limit=1 << 20)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    async def turn(self) -> Turn | None:
        """Return the next object that it prints; None once it is gone."""
        async with asyncio.timeout(PATIENCE):
            line = await self._lines.readline()
        if not line.endswith(b"\n"):  # a line that breaks off was not printed
            return None
        async with self._more:
            self.shown += 1
            self._more.notify_all()
        turn: Turn = json.loads(line)
        return turn

    async def has_shown(self, number: int) -> None:
        """Return once it has printed so many objects."""
        async with self._more:
            await self._more.wait_for(lambda: self.shown >= number)

    def say(self, text: str) -> None:
        """Type a line; whether it is still read is another question."""
        try:
            os.write(self._typing.fileno(), f"{text}\n".encode())
        except BrokenPipeError:
            return

    def kill(self) -> None:
        """Kill it on the spot."""
        self._process.kill()

    async def end(self) -> int | None:
        """End its input and return its exit code."""
        self._typing.close()
        async with asyncio.timeout(PATIENCE):
            await self._lines.read()
        self._process.join(PATIENCE)
        return self._process.exitcode

    async def attach(self) -> None:
        """Begin to read what it prints."""
        pipe = os.fdopen(os.dup(self._printed.fileno()), "rb", buffering=0)
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._lines), pipe
        )

    def forget(self) -> None:
        """Make sure that nothing of it is left."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._transport.close()
        for connection in (self._typing, self._printed):
            connection.close()


async def hold(bot: RunningBot, script: Sequence[str]) -> bool:
    """Go on with an interview wherever it stands.

    Args:
        bot: just started.
        script: every message of the interview; the first one is turn 1.

    Returns:
        Whether the interview is over; False when the bot was killed before.
    """
    found = await bot.turn()
    while found is not None and found["next_topic"] != "end":
        number = found["turn"]
        bot.say(script[number])
        found = await bot.turn()
        assert found is None or found["turn"] == number + 1, (number, found)
    return found is not None


def worker_of(bot: int) -> int | None:
    """Return the process id of a bot's worker, if it runs."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it ended meanwhile
            continue
        if int(parent) == bot and state != "Z":
            return int(folder.name)
    return None


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Give a folder for what killed processes leave behind; short enough to hold sockets."""
    with tempfile.TemporaryDirectory(prefix="a-", ignore_cleanup_errors=True) as folder:
        yield folder
