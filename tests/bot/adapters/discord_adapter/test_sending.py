"""Replies on their way, over the wire: each arrives once, or somebody learns what to mend."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.support.discord_bot import DiscordBot
from tests.support.discord_requests import Call
from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import Channel


def posts(here: Scene, channel: Channel) -> list[str]:
    """Return the key of every try to say something in a channel."""
    path = f"/channels/{channel.id}/messages"
    calls = [c for c in here.server.rest.calls if c.method == "POST" and c.path == path]
    return [call.body["nonce"] for call in calls]


def history_calls(here: Scene) -> list[Call]:
    """Return the fetches of what was missed."""
    return [c for c in here.server.rest.calls if c.method == "GET" and c.path.endswith("/messages")]


def reply_was_given_up(database: Path) -> bool:
    """Whether a reply will never be delivered."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL"
        return bool(connection.execute(query).fetchone()[0])


@asynccontextmanager
async def missing_inbox(database: Path) -> AsyncIterator[None]:
    """Let nothing be kept for a while.

    In a thread: the bot may be writing, and ends that only while its event loop runs.
    """
    await asyncio.to_thread(rename_table, database, "inbox", "inbox_away")
    yield
    await asyncio.to_thread(rename_table, database, "inbox_away", "inbox")


def rename_table(database: Path, old: str, new: str) -> None:
    """Give a table another name."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


@pytest.mark.parametrize("status", [0, 502], ids=["reset", "bad gateway"])
async def test_a_reply_whose_fate_is_unknown_arrives_once(tmp_path: Path, status: int) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened()
        path = rf"/channels/{thread.id}/messages"
        here.server.rest.fail("POST", path, status, after_effect=True)
        await here.ada.write(thread, "Hello!")
        await here.server.until(lambda: len(posts(here, thread)) == 3)
        await here.answers(here.ada, thread, "right colour en 0")
        assert sum("question apples" in text for text in thread.texts()) == 1


async def test_discords_rate_limit_is_waited_for(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened()
        here.server.rest.slow_down("POST", rf"/channels/{thread.id}/messages", 0.2)
        await here.ada.write(thread, "Hello!")
        await here.said(thread, 2)


async def test_a_limit_that_the_library_does_not_wait_for_loses_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened()
        here.server.rest.slow_down("POST", rf"/channels/{thread.id}/messages", 0.1, via="")
        await here.ada.write(thread, "Hello!")
        assert "question apples" in (await here.said(thread, 2))[1]


async def test_a_database_that_is_begun_anew_is_not_taken_for_the_one_before(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path / "one") as here:
        async with here.bot():
            direct = here.direct(here.ada.person)
            await here.ada.command(direct, "interview start")
            await here.said(direct, 1)
        async with DiscordBot(here.server, tmp_path / "another"):
            await here.ada.command(direct, "interview start")
            await here.said(direct, 2)


async def test_part_of_a_reply_is_not_said_again_for_the_sake_of_the_rest(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.answer_to(here.lobby, "server", reports="direct")
        thread, direct = await here.asked(), here.direct(here.ada.person)
        await here.answers(here.ada, thread, "right colour en 0")
        # Discord fails for so long that it has forgotten the key by then.
        here.server.rest.fail("POST", rf"/channels/{thread.id}/messages", 503)
        here.server.rest.forgets = True
        await here.ada.command(thread, "interview stop")
        await here.server.until(lambda: "direct message" in thread.texts()[-1])
        assert len(direct.from_bot()) == 1


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
async def test_lost_permissions_are_told_and_nothing_is_lost(
    tmp_path: Path, *, known: bool
) -> None:
    async with scene(tmp_path) as here:
        here.guild.tells_members = known
        async with here.bot():
            thread = await here.asked(here.bo)
            here.guild.permissions.update(send_messages_in_threads=False)
            roles = here.guild.payload()["roles"]
            event = {"guild_id": str(here.guild.id), "role": roles[0]}
            await here.server.gateway.emit("GUILD_ROLE_UPDATE", event, here.guild.id)
            await here.bo.write(thread, "right colour en 0")
            for who in (here.bo, here.ada):  # whose interview it is, and who manages the server
                [told] = await here.said(here.direct(who.person), 1)
                assert "**Send Messages in Threads**" in told
                assert "**Study group**" in told
        here.guild.permissions.update(send_messages_in_threads=True)


async def test_a_thread_that_was_put_away_is_brought_back(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        thread.archived = True
        await here.ada.command(thread, "hint")
        await here.said(thread, 3)
        assert not thread.archived


@pytest.mark.parametrize("archived", [True, False])
async def test_a_locked_thread_is_told_to_its_person(tmp_path: Path, *, archived: bool) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        thread.locked = True
        thread.archived = archived
        await here.ada.command(thread, "hint")
        assert "is locked" in (await here.said(here.direct(here.ada.person), 1))[0]
        assert not reply_was_given_up(tmp_path / "aurora.db")


async def test_a_deleted_thread_is_told_and_the_interview_goes_on_elsewhere(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.server.delete_thread(thread)
        direct = here.direct(here.ada.person)
        assert "was deleted" in (await here.said(direct, 1))[0]
        await here.ada.command(direct, "interview start")
        await here.said(direct, 2)
        await here.ada.press(direct, "Carry on")
        assert "question apples" in (await here.said(direct, 3))[2]


async def test_being_removed_from_a_server_is_told_to_whose_interview_stops(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.asked(here.bo)
        await here.server.kick(here.guild)
        [told] = await here.said(here.direct(here.bo.person), 1)
        assert "removed from **Study group**" in told


async def test_somebody_with_closed_direct_messages_is_not_written_to_for_ever(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "interview start")
        await here.said(direct, 1)
        here.ada.person.takes_messages = False
        await here.ada.write(direct, "Hello!")
        await here.server.until(lambda: len(posts(here, direct)) == 2)
        here.ada.person.takes_messages = True
        await here.answers(here.ada, direct, "right colour en 0")
        assert len(set(posts(here, direct))) == len(posts(here, direct))


async def test_an_answer_that_cannot_be_tidied_away_is_no_failure(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        here.server.rest.fail("DELETE", r"/webhooks/", 400)
        asked = await here.ada.command(thread, "hint")
        await here.said(thread, 3)
        assert asked.whispers == []


async def test_what_cannot_be_kept_is_told_at_once_and_can_be_tried_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        async with missing_inbox(tmp_path / "aurora.db"):
            for ask in (here.ada.press(thread, "Hint"), here.ada.command(thread, "hint")):
                told = await ask
                assert told.ephemeral
                assert "couldn't take that in" in (told.answer or "")
        await here.ada.press(thread, "Hint")
        assert "hint apples" in (await here.said(thread, 3))[-1]


async def test_a_message_that_cannot_be_kept_is_taken_in_later(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        async with missing_inbox(tmp_path / "aurora.db"):
            fetches = len(history_calls(here))
            await here.ada.write(thread, "right colour en 0")
            await here.server.until(lambda: len(history_calls(here)) > fetches)
        assert "colour" in (await here.said(thread, 4))[2]


async def test_so_is_the_very_first_thing_that_somebody_says(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        async with missing_inbox(tmp_path / "aurora.db"):
            fetches = len(history_calls(here))
            await here.ada.write(direct, "hi")
            await here.server.until(lambda: len(history_calls(here)) > fetches)
        assert "</interview start:" in (await here.said(direct, 1))[0]
