"""Two hundred people at once: everybody in order, seen within a second, and no limit broken."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.clock import SystemClock
from tests.support.telegram_bot import TelegramBot
from tests.support.telegram_server import TelegramServer
from tests.support.telegram_world import Person

PEOPLE = 200
MESSAGES = ("/start", "Hello!")
AT_THE_SAME_MOMENT = 30  # of two hundred who answer twice a minute, more than ever coincide
ACKNOWLEDGED_SECONDS = 1.0


async def acknowledged(person: Person, text: str) -> float:
    """Say something and return after how many seconds typing is shown for it."""
    shown, said_at = person.world.typing.count(person.id), time.monotonic()
    person.say(text)
    await person.world.until(lambda: person.world.typing.count(person.id) > shown)
    return time.monotonic() - said_at


async def test_two_hundred_people(tmp_path: Path) -> None:
    seen_after: list[float] = []
    clock = SystemClock()
    async with TelegramServer(clock) as server, TelegramBot(server, tmp_path, clock):
        turn = asyncio.Semaphore(AT_THE_SAME_MOMENT)

        async def talk(person: Person) -> None:
            for replies, text in enumerate(MESSAGES, start=1):
                async with turn:
                    seen_after.append(await acknowledged(person, text))
                    await person.sees(replies)
            first, second = person.received
            assert first.text == "question hello en 0"
            assert "question apples en" in second.text

        async with asyncio.TaskGroup() as crowd:
            for number in range(1, PEOPLE + 1):
                crowd.create_task(talk(server.world.person(number)))
        assert server.violations == []
        assert len(server.world.sent) == PEOPLE * len(MESSAGES)
        await nothing_lingers()
    assert sorted(seen_after)[int(0.95 * len(seen_after))] <= ACKNOWLEDGED_SECONDS


async def nothing_lingers() -> None:
    """Make sure that nobody is still being shown that a reply is on its way."""
    showing = [t for t in asyncio.all_tasks() if t.get_name().startswith("presence")]
    async with asyncio.timeout(10):
        await asyncio.gather(*showing)
