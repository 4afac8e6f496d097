"""What platforms need remembered outlives the process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.interview.messages import Account
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.places import Places
from bot.storage.store import SqlInterviewStore
from tests.support.handler import echo
from tests.support.messages import PLATFORM, inbound


@pytest.fixture
def places(database: Database) -> Places:
    return Places(database)


async def test_a_stream_goes_on_where_it_was_left(places: Places) -> None:
    assert await places.cursor("updates") is None
    for value in ("7", "8"):
        await places.keep_cursor("updates", value)
    await places.keep_cursor("others", "1")
    assert await places.cursor("updates") == "8"


async def test_settings_of_a_place_are_changed_one_by_one(places: Places) -> None:
    await places.keep_settings("guild:1", {"locale": "ko", "pack": "ml-core"})
    await places.keep_settings("guild:1", {"locale": "en"})
    await places.keep_settings("guild:1", {})
    assert await places.settings("guild:1") == {"locale": "en", "pack": "ml-core"}
    assert await places.settings("guild:2") == {}


async def test_a_character_that_cannot_be_stored_does_not_stop_the_rest(places: Places) -> None:
    await places.keep_cursor("updates", "a\x00b")
    await places.keep_settings("guild:1", {"name": "a\x00b"})
    assert await places.cursor("updates") == "a\ufffdb"
    assert await places.settings("guild:1") == {"name": "a\ufffdb"}


async def test_what_a_person_chose_is_known_by_their_account(
    places: Places, inbox: Inbox, store: SqlInterviewStore
) -> None:
    message = inbound("1", person="ada")
    await inbox.accept(message)
    pending = await inbox.oldest(PLATFORM, message.conversation)
    assert pending is not None
    outcome = echo(await store.load(message.account, message.conversation), message)
    chosen = {"style": "jondaetmal", "mode": "exam"}
    await store.commit(pending.inbox_id, message, replace(outcome, chosen=chosen))
    assert await places.chosen(message.account) == chosen
    assert await places.chosen(Account(PLATFORM, "grace")) == {}
    assert await places.chosen(Account("another", "ada")) == {}


async def test_conversations_with_an_open_interview_are_known(
    places: Places, inbox: Inbox, store: SqlInterviewStore
) -> None:
    message = inbound("1", conversation="thread")
    await inbox.accept(message)
    pending = await inbox.oldest(PLATFORM, "thread")
    assert pending is not None
    outcome = echo(await store.load(message.account, "thread"), message)
    await store.commit(pending.inbox_id, message, outcome)
    assert await places.open_conversations(PLATFORM) == ("thread",)
    assert await places.open_conversations("another") == ()
