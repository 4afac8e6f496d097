"""`kill -9` at any moment while updates come in: all are in the inbox, once, in their order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict

from bot.clock import SystemClock
from bot.storage.database import Database
from bot.storage.tables import InboxRow
from tests.support import telegram_child
from tests.support.forks import processes
from tests.support.tables import rows
from tests.support.telegram_server import TOKEN, TelegramServer

KILLS = 30
LONGEST_LIFE = 0.15  # seconds of receiving before a kill
A_TIME = 40  # updates that come in during one life


async def live(url: str, server: TelegramServer, seconds: float | None) -> None:
    """Let an adapter receive for so long, or until nothing is left to confirm; then kill it."""
    fetches = len(server.called("getUpdates"))
    child = processes.Process(target=telegram_child.run, args=(url, TOKEN, server.base_url))
    await asyncio.to_thread(child.start)
    try:
        await server.world.until(lambda: len(server.called("getUpdates")) > fetches)
        if seconds is None:
            await server.world.until(lambda: not server.world.updates)
        else:
            await asyncio.to_thread(child.join, seconds)
        assert child.is_alive()
    finally:
        child.kill()
        await asyncio.to_thread(child.join)
        child.close()


async def test_nothing_is_lost_and_nothing_counts_twice(sqlite_url: str) -> None:
    chances = random.Random(0)
    async with TelegramServer(SystemClock()) as server:
        people = [server.world.person(number) for number in range(1, 4)]
        said: dict[str, list[str]] = defaultdict(list)
        for life in range(KILLS):
            for number in range(A_TIME):
                text, person = f"{life}/{number}", chances.choice(people)
                person.say(text)
                said[f"chat:{person.id}"].append(text)
            await live(sqlite_url, server, chances.uniform(0, LONGEST_LIFE))
        assert server.world.updates  # a kill did hit before everything was confirmed
        await live(sqlite_url, server, None)
        assert server.violations == []
    database = Database(sqlite_url)
    kept: dict[str, list[str]] = defaultdict(list)
    for row in await rows(database, InboxRow):
        kept[row["conversation"]].append(row["payload"]["text"])
    await database.close()
    assert kept == said
