"""Beginnings, over the wire: what was acknowledged is kept, whatever happens to the bot next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.discord_requests import NEVER
from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import NEWS


def kept(folder: Path) -> int:
    """Return how many messages, presses and starts are committed to the database."""
    tables = {"inbox": "1", "place_settings": "scope = 'discord:starts' AND value != ''"}
    with closing(sqlite3.connect(folder / "aurora.db")) as database:
        return sum(
            database.execute(f"SELECT count(*) FROM {table} WHERE {what}").fetchone()[0]  # noqa: S608 - fixed above
            for table, what in tables.items()
        )


class Witness:
    """Notes what is in the database at the moment of each acknowledgement."""

    def __init__(self, here: Scene, folder: Path) -> None:
        self._folder = folder
        self.seen: list[int] = []
        here.server.interactions.noticed = self._look

    def _look(self) -> None:
        self.seen.append(kept(self._folder))


async def test_nothing_is_acknowledged_before_it_is_kept(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here, here.bot():
        witness = Witness(here, tmp_path)
        thread = await here.opened()
        opened = await here.ada.press(thread, "Answer")
        await here.ada.fill_in(opened, "Hello!")
        await here.server.until(lambda: "question apples" in thread.texts()[-1])
        await here.ada.press(thread, "Hint")
        await here.ada.command(thread, "hint")
        # The start is kept as such until its thread is there; opening the form keeps nothing.
        assert witness.seen == [1, 1, 2, 3, 4]


@pytest.mark.parametrize("opened", [False, True], ids=["before the thread", "after the thread"])
async def test_a_start_that_a_crash_cut_short_is_made_good(tmp_path: Path, *, opened: bool) -> None:
    async with scene(tmp_path) as here:
        async with here.bot() as bot:
            here.server.rest.fail("POST", "/threads$", NEVER, after_effect=opened)
            await here.ada.command(here.lobby, "interview start", topic="pears")
            await here.server.until(lambda: not any(f.times for f in here.server.rest.faults))
            await bot.kill()
        async with here.bot():
            await here.server.until(here.server.threads)
            [thread] = here.server.threads()
            assert "question pears" in (await here.said(thread, 1))[0]
            await here.answers(here.ada, thread, "right shape en 0")
        assert kept(tmp_path) == 2


async def test_a_start_that_was_refused_is_not_made_good_later(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            here.server.rest.fail("POST", "/threads$", 400, 160006)
            told = await here.ada.answer_to(here.lobby, "interview start")
            assert "as many open threads as Discord allows" in told
        async with here.bot():
            await here.opened(here.bo)
        assert len(here.server.threads()) == 1


async def test_an_interview_starts_although_nobody_can_be_added_to_its_thread(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot():
        here.server.rest.fail("PUT", "/thread-members/", 403, 50001)
        assert "question hello" in (await here.opened()).texts()[0]


async def test_a_private_thread_cannot_be_opened_under_an_announcement_channel(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        news = here.server.channel(here.guild, "news", NEWS)
        async with here.bot():
            await here.ada.answer_to(here.lobby, "server", threads="private")
            told = await here.ada.answer_to(news, "interview start")
            assert "can't open an interview thread here" in told
            await here.ada.answer_to(here.lobby, "server", threads="public")
            await here.ada.command(news, "interview start")
            await here.server.until(here.server.threads)


async def test_a_command_that_tells_little_of_its_place_starts_all_the_same(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        here.server.interactions.omitted = ("app_permissions", "locale", "guild_locale")
        assert "question hello" in (await here.opened()).texts()[0]
