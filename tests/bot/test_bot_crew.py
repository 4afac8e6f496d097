"""Bots side by side as an operator starts them: killed under load, stopped, started at once."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.storage.database import Database
from bot.storage.tables import InboxRow, OutboxRow
from tests.support.balancer import balancing
from tests.support.bot_crew import CrewBot, crew
from tests.support.nats_server import free_port
from tests.support.postgres import throwaway_database
from tests.support.tables import rows
from tests.support.telegram_server import TOKEN, TelegramServer
from tests.support.telegram_world import Person

PATIENCE = 180.0
PEOPLE = 5
MESSAGES = 6


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(SystemClock()) as server:
        yield server


@pytest.fixture
def settings(telegram: TelegramServer, postgres_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": postgres_url,
        "AURORA_TELEGRAM_TOKEN": TOKEN,
        "AURORA_TELEGRAM_BASE_URL": telegram.base_url,
    }


def crowd(telegram: TelegramServer) -> list[Person]:
    return [telegram.world.person(number) for number in range(100, 100 + PEOPLE)]


def speak(people: list[Person], first: int) -> None:
    """Have everybody say some things at once, by turns."""
    for number in range(first, first + MESSAGES):
        for person in people:
            person.say(f"message {number} of {person.id}")


async def all_answered(url: str, messages: int) -> None:
    """Return once so many messages are answered and every reply delivered."""
    database = Database(url)
    try:
        async with asyncio.timeout(PATIENCE):
            while (  # noqa: ASYNC110 - other processes write it and tell nobody
                len(await rows(database, InboxRow)) < messages or await left_over(database)
            ):
                await asyncio.sleep(0.1)
    finally:
        await database.close()


async def left_over(database: Database) -> bool:
    """Whether something waits."""
    inbox, outbox = await rows(database, InboxRow), await rows(database, OutboxRow)
    return any(row["done_at"] is None for row in inbox) or any(
        row["sent_at"] is None for row in outbox
    )


async def everybody_was_answered(url: str, people: list[Person]) -> None:
    """See that every message was answered once, in order, and what was sent twice."""
    database = Database(url)
    said, replies = defaultdict(list), Counter[str]()
    for row in sorted(await rows(database, InboxRow), key=lambda row: int(row["id"])):
        said[row["conversation"]].append(row["payload"]["text"])
    turns = await rows(database, OutboxRow)
    await database.close()
    for row in turns:
        replies[row["conversation"]] += 1
    for person in people:
        conversation = f"chat:{person.id}"
        told = [f"message {number} of {person.id}" for number in range(2 * MESSAGES)]
        assert said[conversation] == ["", *told], "the command that opens says nothing"
        # One send, of whose answer nobody knows, may come again after a kill.
        again = len(person.received) - replies[conversation]
        assert replies[conversation] == len(told) + 1
        assert again in {0, 1}


async def test_a_bot_that_is_killed_under_load_is_stood_in_for(
    telegram: TelegramServer, settings: dict[str, str], tmp_path: Path
) -> None:
    people = crowd(telegram)
    async with crew(tmp_path, 2, settings) as (first, second):
        for person in people:
            person.say("/interview")
        speak(people, 0)
        await people[-1].sees(2)
        first.kill()
        speak(people, MESSAGES)
        await all_answered(settings["DATABASE_URL"], PEOPLE * (1 + 2 * MESSAGES))
        assert second.stop() == 0
    await everybody_was_answered(settings["DATABASE_URL"], people)
    assert telegram.violations == []


async def test_bots_behind_one_webhook_share_what_comes_in(
    telegram: TelegramServer, settings: dict[str, str], tmp_path: Path
) -> None:
    people, ports = crowd(telegram), [free_port(), free_port()]
    webhook = {
        "AURORA_TELEGRAM_WEBHOOK_URL": "https://aurora.example.org/telegram",
        "AURORA_TELEGRAM_WEBHOOK_SECRET": "a-secret-for-tests",
    }
    bots = [
        CrewBot(
            tmp_path / str(port),
            {**settings, **webhook, "AURORA_TELEGRAM_WEBHOOK_PORT": str(port)},
        )
        for port in ports
    ]
    try:
        async with balancing(ports) as (balancer, address):
            for bot in bots:
                bot.start()
                await bot.says("platform.connected")
            for person in people:
                person.say("/interview")
            speak(people, 0)
            await push(telegram, address)
            assert set(balancer.passed_on) == set(ports), "both were told something"
            bots[0].kill()
            speak(people, MESSAGES)
            await push(telegram, address)
            await all_answered(settings["DATABASE_URL"], PEOPLE * (1 + 2 * MESSAGES))
            assert bots[1].stop() == 0
    finally:
        for bot in bots:
            if bot.is_running():
                bot.kill()
    await everybody_was_answered(settings["DATABASE_URL"], people)
    assert telegram.violations == []


async def push(telegram: TelegramServer, address: str) -> None:
    """Have Telegram send what waits, again and again until it is taken."""
    async with asyncio.timeout(PATIENCE):
        while telegram.world.updates:
            await telegram.push(address)


async def test_a_bot_that_stands_by_is_well_and_takes_over_from_one_that_is_stopped(
    telegram: TelegramServer, settings: dict[str, str], tmp_path: Path
) -> None:
    person = telegram.world.person()
    async with crew(tmp_path, 2, settings) as (first, second):
        await telegram.world.until(lambda: bool(telegram.called("getUpdates")), PATIENCE)
        for bot in (first, second):
            assert (await health(bot))["telegram"] == "ok"
        person.say("/interview")
        await person.sees(1)
        assert first.stop() == 0
        person.say("hello there")
        await person.sees(2)


async def health(bot: CrewBot) -> dict[str, str]:
    """Return what a bot says of itself."""
    url = f"http://127.0.0.1:{bot.monitor_port}/healthz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        told: dict[str, str] = await answer.json()
        return told


async def test_bots_that_start_at_once_make_the_tables_once(
    telegram: TelegramServer, settings: dict[str, str], tmp_path: Path
) -> None:
    with throwaway_database() as url:
        bots = [CrewBot(tmp_path / name, {**settings, "DATABASE_URL": url}) for name in "ab"]
        try:
            for bot in bots:
                bot.start()
            for bot in bots:
                await bot.says("run.started")
        finally:
            for bot in bots:
                if bot.is_running():
                    bot.kill()
