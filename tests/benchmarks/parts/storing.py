"""What a message costs the bot with few and with very many interviews stored.

Everything but the engine's models and the platform is the real thing: inbox, service, one
transaction a turn, outbox. Databases of either size are visited by turns.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.benchmarks.processes import cpu_seconds, processes_named
from tests.benchmarks.records import Record, not_measured
from tests.benchmarks.stored import Bot, bot_with
from tests.benchmarks.timing import speed_up
from tests.support.postgres import throwaway_database

FEW, MANY, MANY_QUICKLY = 1_000, 1_000_000, 100_000
_ANSWERS = 3
_ROUNDS = 25


def measure(quick: bool) -> list[Record]:
    """Return cost and growth on both databases."""
    many = MANY_QUICKLY if quick else MANY
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}.db" for name in ("few", "many")]
        records = asyncio.run(_compare("sqlite", urls, many))
    return records + _on_postgresql(many)


def _on_postgresql(many: int) -> list[Record]:
    try:
        with throwaway_database() as few, throwaway_database() as more:
            return asyncio.run(_compare("postgresql", [few, more], many))
    except pytest.skip.Exception as absent:
        return not_measured({"stored.postgresql.growth": "×"}, str(absent))


async def _compare(kind: str, urls: list[str], many: int) -> list[Record]:
    sizes = (FEW, many)
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(bot_with(url, size))
            for url, size in zip(urls, sizes, strict=True)
        ]
        took = await _visits(bots)
        server = await _server_milliseconds(bots[1]) if kind == "postgresql" else []
    growth = speed_up(took[1], took[0])
    milliseconds = [statistics.median(seconds) * 1000 for seconds in took]
    named = zip(sizes, milliseconds, strict=True)
    return [
        *(Record(f"stored.{kind}.{size}.message", ms, "ms", "a message") for size, ms in named),
        Record(f"stored.{kind}.growth", growth, "×", f"{FEW:,} → {many:,} interviews"),
        *server,
    ]


async def _server_milliseconds(bot: Bot) -> list[Record]:
    """Return how long the database server computes for a message, where it is on this machine."""
    name = "stored.postgresql.server_computed"
    backends = processes_named(str(bot.database.url.database))
    if not backends:
        return not_measured({name: "ms"}, "the server is on another machine")
    before = {pid: cpu_seconds(pid) for pid in backends}
    messages = sum([await bot.visited_by(f"late guest {n}", _ANSWERS) for n in range(_ROUNDS)])
    spent = sum(cpu_seconds(pid) - before[pid] for pid in backends)
    return [Record(name, spent / messages * 1000, "ms", "the server's processes, a message")]


async def _visits(bots: list[Bot]) -> list[list[float]]:
    """Return the seconds a message of each visit to each bot; the first visits do not count."""
    took: list[list[float]] = [[] for _ in bots]
    for number in range(_ROUNDS + 2):
        for bot, seconds in zip(bots, took, strict=True):
            began = time.perf_counter()
            messages = await bot.visited_by(f"guest {number}", _ANSWERS)
            seconds.append((time.perf_counter() - began) / messages)
    return [seconds[2:] for seconds in took]
