"""``python -m bot run``: a process of its own, talking to servers that only settings lead to."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from tests.support.command import Done, database, finish, one_clear_line, run, start
from tests.support.discord_scene import scene
from tests.support.discord_server import TOKEN as DISCORD_TOKEN
from tests.support.telegram_server import TOKEN, TelegramServer
from tests.support.telegram_world import Person

EXIT_USE, EXIT_DATABASE = 2, 4
STOP_SECONDS = 10.0
PortFactory = Callable[[], int]


class Bot:
    """The process.

    Args:
        folder: its home.
        changes: the environment that it is started in.
    """

    def __init__(self, folder: Path, **changes: str) -> None:
        self._folder = folder
        self._changes = changes
        self.log = ""
        self.code: int | None = None

    @asynccontextmanager
    async def running(self, ending: signal.Signals = signal.SIGTERM) -> AsyncIterator[None]:
        """Run it meanwhile, and then end it with a signal."""
        process = self._start()
        try:
            yield
            process.send_signal(ending)
            await asyncio.to_thread(self._see_end, process)
        finally:
            process.kill()

    def also(self, **changes: str) -> Bot:
        """Return the same bot with more settings."""
        return Bot(self._folder, **self._changes, **changes)

    async def ends_by_itself(self) -> Done:
        """Run it to its end."""
        return await asyncio.to_thread(lambda: finish(self._start()))

    def _start(self) -> subprocess.Popen[bytes]:
        arguments = ("run", "--fake", "--db", database(self._folder))
        return start(self._folder, *arguments, changes=self._changes)

    def _see_end(self, process: subprocess.Popen[bytes]) -> None:
        _, err = process.communicate(timeout=STOP_SECONDS)
        self.log += err.decode()
        self.code = process.returncode


def waiting_messages(folder: Path) -> int:
    connection = sqlite3.connect(database(folder))
    try:
        query = "SELECT count(*) FROM inbox WHERE done_at IS NULL"
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(SystemClock()) as server:
        yield server


@pytest.fixture
def bot(tmp_path: Path, telegram: TelegramServer, unused_tcp_port: int) -> Bot:
    return Bot(
        tmp_path,
        AURORA_TELEGRAM_TOKEN=TOKEN,
        AURORA_TELEGRAM_BASE_URL=telegram.base_url,
        AURORA_MONITOR_PORT=str(unused_tcp_port),
    )


async def health(port: int) -> tuple[int, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/healthz") as response,
    ):
        return response.status, await response.json()


async def begin(person: Person) -> None:
    """Begin an interview and answer the greeting."""
    person.say("/interview")
    await person.sees(1)
    person.say("hello there")
    await person.sees(2)


async def test_an_interview_goes_on_over_a_restart_and_nothing_is_left_unanswered(
    bot: Bot, telegram: TelegramServer, tmp_path: Path, unused_tcp_port: int
) -> None:
    person = telegram.world.person()
    async with bot.running():
        await begin(person)
        assert await health(unused_tcp_port) == (
            200,
            {"telegram": "ok", "database": "ok", "engine": "ok"},
        )
    assert bot.code == 0
    before = len(person.received)
    person.say("my own secret words")
    async with bot.running(signal.SIGINT):
        answered = await person.sees(before + 1)
        assert answered[-1].labels(), "the interview goes on: there is a question with buttons"
        person.press("Hint", answered[-1])
        await person.sees(before + 2)
    assert bot.code == 0
    assert waiting_messages(tmp_path) == 0
    assert "my own secret words" not in bot.log
    assert TOKEN not in bot.log
    assert bot.log.count("event=run.started") == 2
    assert telegram.violations == []


async def test_a_bot_in_the_middle_of_a_conversation_stops_in_time(
    bot: Bot, telegram: TelegramServer, tmp_path: Path
) -> None:
    people = [telegram.world.person(number) for number in range(100, 110)]
    async with bot.running():
        for person in people:
            person.say("/interview")
        await people[-1].sees(1)
        for person in people:
            person.say("hello there")
    assert bot.code == 0
    async with bot.running():
        for person in people:
            await person.sees(2)
    assert waiting_messages(tmp_path) == 0


async def test_a_bot_that_was_killed_answers_what_was_left_at_its_next_start(
    bot: Bot, telegram: TelegramServer, tmp_path: Path
) -> None:
    person = telegram.world.person()
    async with bot.running(signal.SIGKILL):
        await begin(person)
        person.press("I don't know")
    async with bot.running():
        # What was sent just before the kill may come twice; this comes but once.
        await telegram.world.until(lambda: "Model answer" in person.received[-1].text)
    assert waiting_messages(tmp_path) == 0
    assert telegram.violations == []


async def test_both_platforms_are_served_by_one_bot(
    bot: Bot, telegram: TelegramServer, tmp_path: Path, unused_tcp_port: int
) -> None:
    person = telegram.world.person()
    async with scene(tmp_path) as here:
        both = bot.also(
            AURORA_DISCORD_TOKEN=DISCORD_TOKEN, AURORA_DISCORD_BASE_URL=here.server.base_url
        )
        async with both.running():
            await begin(person)
            thread = await here.opened()
            assert await health(unused_tcp_port) == (
                200,
                {"telegram": "ok", "discord": "ok", "database": "ok", "engine": "ok"},
            )
        assert both.code == 0
        assert len(thread.from_bot()) == 1
        assert DISCORD_TOKEN not in both.log


async def test_a_second_bot_on_the_same_database_is_kept_away(
    bot: Bot, telegram: TelegramServer, tmp_path: Path, unused_tcp_port_factory: PortFactory
) -> None:
    person = telegram.world.person()
    async with bot.running():
        await begin(person)
        second = Bot(
            tmp_path,
            AURORA_TELEGRAM_TOKEN=TOKEN,
            AURORA_TELEGRAM_BASE_URL=telegram.base_url,
            AURORA_MONITOR_PORT=str(unused_tcp_port_factory()),
        )
        done = await second.ends_by_itself()
    assert done.code == EXIT_DATABASE
    assert one_clear_line(done)
    assert "another bot on telegram" in done.err


async def test_a_refused_token_ends_it_with_one_clear_line(
    telegram: TelegramServer, tmp_path: Path
) -> None:
    wrong = "4343:a-token-of-nobody-at-all"
    bot = Bot(
        tmp_path,
        AURORA_TELEGRAM_TOKEN=wrong,
        AURORA_TELEGRAM_BASE_URL=telegram.base_url,
        AURORA_MONITOR_PORT="off",
        AURORA_LOG_LEVEL="error",
    )
    done = await bot.ends_by_itself()
    assert done.code == EXIT_USE
    assert one_clear_line(done)
    assert "AURORA_TELEGRAM_TOKEN" in done.err
    assert wrong not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run",), "AURORA_TELEGRAM_TOKEN or AURORA_DISCORD_TOKEN"),
        (("run", "--discord-only"), "AURORA_DISCORD_TOKEN"),
        (("run", "--telegram-only", "--discord-only"), "exclude each other"),
    ],
)
def test_where_nothing_can_be_started_one_line_says_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(tmp_path, *arguments)
    assert done.code == EXIT_USE
    assert one_clear_line(done)
    assert said in done.err
