"""What a message costs the bot with few and with very many interviews stored.

Everything but the engine's models and the platform is the real thing: inbox, service, one
transaction a turn, outbox. Databases of either size are visited by turns. Growth is that of the
processor time of bot and database server together; how long people waited stands beside it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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


@dataclass
class _Cost:
    """What the visits to one bot cost.

    Args:
        waited: seconds a message of each visit.
        bot: seconds that the bot computed in all.
        server: seconds that the database server did; 0 where there is none on this machine.
        messages: how many were answered.
    """

    waited: list[float] = field(default_factory=list)
    bot: float = 0.0
    server: float = 0.0
    messages: int = 0

    @property
    def computed(self) -> float:
        """Milliseconds that bot and server computed for a message."""
        return (self.bot + self.server) / self.messages * 1000


async def _compare(kind: str, urls: list[str], many: int) -> list[Record]:
    sizes = (FEW, many)
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(bot_with(url, size))
            for url, size in zip(urls, sizes, strict=True)
        ]
        for bot in bots:
            await bot.visited_by("first guest", _ANSWERS)  # what is loaded once is there then
        costs = await _visits(bots)
    few, more = costs
    growth = f"{FEW:,} → {many:,} interviews"
    name = f"stored.{kind}"
    return [
        *(
            record
            for size, cost in zip(sizes, costs, strict=True)
            for record in (
                Record(f"{name}.{size}.computed", cost.computed, "ms", "bot and server, a message"),
                Record(f"{name}.{size}.waited", statistics.median(cost.waited) * 1000, "ms"),
            )
        ),
        Record(f"{name}.growth", more.computed / few.computed, "×", growth),
        Record(f"{name}.waited_growth", speed_up(more.waited, few.waited), "×", growth),
        *([] if kind == "sqlite" else [_server_record(more)]),
    ]


def _server_record(cost: _Cost) -> Record:
    """Return how long the database server computed for a message."""
    milliseconds = cost.server / cost.messages * 1000 if cost.server else None
    note = "the database server, a message" if cost.server else "it runs on another machine"
    return Record("stored.postgresql.server_computed", milliseconds, "ms", note)


async def _visits(bots: list[Bot]) -> list[_Cost]:
    """Have new people come to the bots by turns; return what they cost each."""
    costs = [_Cost() for _ in bots]
    before = [_server_seconds(bot) for bot in bots]
    for number in range(_ROUNDS):
        for bot, cost in zip(bots, costs, strict=True):
            began, computed = time.perf_counter(), time.process_time()
            messages = await bot.visited_by(f"guest {number}", _ANSWERS)
            cost.bot += time.process_time() - computed
            cost.waited.append((time.perf_counter() - began) / messages)
            cost.messages += messages
    for bot, cost, spent in zip(bots, costs, before, strict=True):
        cost.server = _server_seconds(bot) - spent
    return costs


def _server_seconds(bot: Bot) -> float:
    """Return how long the server has computed for the connections to a database so far."""
    url = bot.database.url
    if url.get_backend_name() == "sqlite":
        return 0.0
    return sum(map(cpu_seconds, processes_named(str(url.database))))
