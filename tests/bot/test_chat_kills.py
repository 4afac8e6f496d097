"""`kill -9` of the bot and of its worker at any moment, seen from outside.

Whoever feeds the interview knows only what is documented about ``chat --json``. In the end every
message was answered once, and all that is stored is as in an interview that nobody disturbed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.chat_driver import Place, RunningBot, hold, temporary_folder, worker_of
from tests.support.packs import small_pack, write_pack

KILLS = 50
AT_ONCE = 3  # interviews held at the same time: most of each is waiting
START_UP = 0.8  # seconds; longer than the bot or the worker takes to start here
TURN = 0.03  # seconds; longer than a turn takes here
LOOK_AGAIN = 0.005  # seconds between two looks whether a worker has been started again
# The pause before a worker is started again doubles each time.
WORKER_KILLS_PER_LIFE = 4

SCRIPT = (
    "Hi there",
    "/hint",
    "right colour en 0",
    "what is a peel?",
    "",
    "wrong taste en 1",
    "/repeat",
    "/disagree",
    "right taste en 3",
    "/hint",
    "/hint",
    "I don't know",
    "I like both of them",
    "손실 함수가 뭐야",
    "pineapple 🍍, and a 'quote'; --",
    "/idk",
    "Thank you, that was nice",
    *["/skip"] * 6,
)

Disturb = Callable[[RunningBot], Awaitable[None]]

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds workers in /proc")


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder / "fruit", small_pack())
    return folder


class Killer:
    """Counts kills, until there were enough."""

    def __init__(self, chances: random.Random) -> None:
        self.kills = 0
        self._chances = chances

    @property
    def done(self) -> bool:
        return self.kills >= KILLS

    async def kill_bot(self, bot: RunningBot) -> None:
        """Kill the bot while it starts, or in a turn, or between two."""
        after = self._chances.choice((0, 0, 1, 1, 2, 3, 5))
        await bot.has_shown(after)
        await asyncio.sleep(self._chances.uniform(0, TURN if after else START_UP))
        bot.kill()
        self.kills += 1

    async def kill_workers(self, bot: RunningBot) -> None:
        """Kill the bot's worker some times: while it starts, or in a turn, or between two."""
        for _ in range(WORKER_KILLS_PER_LIFE):
            turns = self._chances.choice((0, 0, 1, 2, 3))
            await bot.has_shown(bot.shown + turns)
            await asyncio.sleep(self._chances.uniform(0, TURN if turns else START_UP))
            while (worker := worker_of(bot.pid)) is None:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(LOOK_AGAIN)
            os.kill(worker, signal.SIGKILL)
            self.kills += 1


@contextlib.asynccontextmanager
async def disturbed(bot: RunningBot, disturb: Disturb | None) -> AsyncIterator[None]:
    """Have a bot disturbed for a while."""
    disturbance = asyncio.ensure_future(disturb(bot)) if disturb else None
    try:
        yield
    finally:
        if disturbance is not None:
            disturbance.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await disturbance


async def live(place: Place, temporary: str, disturb: Disturb | None) -> bool:
    """Have one process of the bot go on with the interview; return whether it is over."""
    bot = RunningBot(place, temporary)
    try:
        await bot.attach()
        async with disturbed(bot, disturb):
            over = await hold(bot, SCRIPT)
        if over:
            await bot.end()
        return over
    finally:
        bot.forget()


async def settle(place: Place, temporary: str) -> None:
    """Start the bot once more and leave at once: what a kill left behind is done then."""
    bot = RunningBot(place, temporary)
    try:
        await bot.attach()
        assert await bot.turn() is not None
        assert await bot.end() == 0
    finally:
        bot.forget()


def place_in(folder: Path, name: str, packs: Path) -> Place:
    (folder / name).mkdir()
    return Place(folder / name, packs)


async def disturbed_interviews(
    folder: Path, packs: Path, killer: Killer, kill: Disturb
) -> list[Place]:
    """Hold interviews, several at once, until there were enough kills; return where."""
    places: list[Place] = []

    async def hold_some(temporary: str) -> None:
        while not killer.done:
            place = place_in(folder, f"disturbed-{len(places)}", packs)
            places.append(place)
            while not await live(place, temporary, None if killer.done else kill):
                pass
            await settle(place, temporary)

    with temporary_folder() as temporary:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(hold_some(temporary))
    return places


async def undisturbed_interview(folder: Path, packs: Path) -> Place:
    place = place_in(folder, "quiet", packs)
    with temporary_folder() as temporary:
        assert await live(place, temporary, None)
    return place


VARYING = {
    *("id", "user_id", "interview_id", "event_id", "started_at", "updated_at"),
    *("asked_at", "answered_at", "timings_ms"),
    "version",  # coming back is written down, too
}


def fixed(value: Any) -> Any:
    """Return a value without ids, moments and durations, however deep they lie."""
    if isinstance(value, str) and value[:1] in "{[":
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        return {key: fixed(held) for key, held in value.items() if key not in VARYING}
    return [fixed(held) for held in value] if isinstance(value, list) else value


def stored(place: Place, query: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(place.database)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.close()


def account(place: Place) -> dict[str, Any]:
    """Return all that is stored about the interview, but ids, moments and durations."""
    first = "(SELECT id FROM interviews WHERE number = 1)"
    interview = stored(place, "SELECT * FROM interviews WHERE number = 1")
    turns = stored(place, f"SELECT * FROM turns WHERE interview_id = {first} ORDER BY turn")  # noqa: S608
    points = stored(
        place,
        f"SELECT * FROM point_results WHERE interview_id = {first} ORDER BY turn, point_id",  # noqa: S608
    )
    return {"interview": fixed(interview), "turns": fixed(turns), "points": fixed(points)}


def assert_answered_once(place: Place) -> None:
    turns = stored(place, "SELECT turn, text, event_id FROM turns ORDER BY turn")
    assert [turn["turn"] for turn in turns] == list(range(1, len(turns) + 1))
    told = ["" if message.startswith("/") else message for message in SCRIPT[: len(turns)]]
    assert [turn["text"] for turn in turns] == told
    inbox = stored(place, "SELECT event_id, done_at FROM inbox")
    assert {turn["event_id"] for turn in turns} <= {row["event_id"] for row in inbox}
    assert all(row["done_at"] for row in inbox)
    waiting = stored(place, "SELECT id FROM outbox WHERE sent_at IS NULL")
    assert waiting == []


def assert_as_undisturbed(places: list[Place], quiet: Place) -> None:
    expected = account(quiet)
    assert expected["turns"]
    assert expected["points"]
    assert expected["interview"][0]["status"] == "ended"
    for place in (quiet, *places):
        assert_answered_once(place)
        assert account(place) == expected
        assert "Traceback" not in place.errors.read_text()


async def test_fifty_kills_of_the_bot_change_nothing(tmp_path: Path, packs: Path) -> None:
    killer = Killer(random.Random(20261122))
    quiet = await undisturbed_interview(tmp_path, packs)
    places = await disturbed_interviews(tmp_path, packs, killer, killer.kill_bot)
    assert killer.done
    assert_as_undisturbed(places, quiet)


async def test_fifty_kills_of_the_worker_change_nothing(tmp_path: Path, packs: Path) -> None:
    killer = Killer(random.Random(22112026))
    quiet = await undisturbed_interview(tmp_path, packs)
    places = await disturbed_interviews(tmp_path, packs, killer, killer.kill_workers)
    assert killer.done
    assert_as_undisturbed(places, quiet)
