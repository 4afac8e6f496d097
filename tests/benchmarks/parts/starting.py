"""How long a cold start takes until the first question, and what the bot itself needs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.processes import children, cpu_seconds, resident_mebibytes
from tests.benchmarks.records import Record
from tests.support.command import environment
from tests.support.crowd import Crowd, settled
from tests.support.crowd_stage import Stage, on_telegram

_PEOPLE, _ANSWERS = 20, 3


def measure(quick: bool) -> list[Record]:
    """Return both."""
    del quick  # there is nothing to do less often
    with tempfile.TemporaryDirectory() as name:
        homes = [Path(name) / "chat", Path(name) / "run"]
        for home in homes:
            home.mkdir()
        first, later = (_first_question(homes[0], name) for name in ("first", "later"))
        return [
            Record("start.first_question_at_first", first, "s", "on a new machine"),
            Record("start.first_question", later, "s", "from then on, with a new database"),
            *asyncio.run(_needs(homes[1])),
        ]


def _first_question(folder: Path, name: str) -> float:
    """Have an interview begin in the terminal, and the worker with it; return the seconds."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--json", "--db", folder / f"{name}.db"],
        cwd=folder,
        env=environment(folder, {"OMP_NUM_THREADS": "1"}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        asked = process.stdout.readline(), process.stdout.readline()
        seconds = time.perf_counter() - began
        process.stdin.close()
        assert all(asked), "the interview ended before it began"
        process.wait()
    return seconds


async def _needs(folder: Path) -> list[Record]:
    """Have a crowd talk to the bot on Telegram, and look at its own process afterwards."""
    async with on_telegram(folder) as stage:
        assert stage.telegram is not None
        pid = stage.bot.pid
        await _talk(stage, 0)  # everything that is loaded once is there afterwards
        computed, sent = cpu_seconds(pid), len(stage.telegram.called("sendMessage"))
        messages = await _talk(stage, _PEOPLE)
        computed, sent = (
            cpu_seconds(pid) - computed,
            len(stage.telegram.called("sendMessage")) - sent,
        )
        assert children(pid), "the bot has started no worker"
        used = resident_mebibytes(pid)
    whose = f"on Telegram, {_PEOPLE} people, without its worker"
    return [
        Record("memory.bot", used, "MiB", whose),
        Record("bot.computed", computed / messages * 1000, "ms", f"of a core, a message; {whose}"),
        Record("bot.telegram_messages", sent / messages, "", "sent for one of a person's"),
    ]


async def _talk(stage: Stage, first: int) -> int:
    """Have new people come; return how many messages they wrote."""
    crowd = Crowd(stage.side, _PEOPLE, lambda _number, _turn: 0.0, first)
    await crowd.talks(_ANSWERS)
    await settled(stage.bot.database)
    return crowd.measured.messages
