"""Whoever is forgotten is nowhere named any more, and what they sent still counts only once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.interview.messages import Account, Inbound
from bot.interview.ports import PersonForgotten, TurnOutcome
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.places import Places
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import Base, CursorRow, InboxRow, PlaceSettingRow
from tests.support.clock import NOON, FakeClock
from tests.support.handler import echo
from tests.support.messages import say
from tests.support.tables import rows

NUMBER = "900100200"
ADA, CHAT = Account("telegram", NUMBER), f"chat:{NUMBER}"
BO, HALL = Account("telegram", "31337"), "chat:31337"


@pytest.fixture
def places(database: Database) -> Places:
    return Places(database)


def message(number: int, account: Account = ADA, conversation: str = CHAT) -> Inbound:
    event = f"message:{account.external_id}:{number}"
    return Inbound(event, account, conversation, "hello", NOON)


async def write(
    inbox: Inbox, store: SqlInterviewStore, said: Inbound, *, forget: bool = False
) -> None:
    """Have a message answered; one that asks to be forgotten is."""
    await inbox.accept(said)
    pending = await inbox.oldest(said.account.platform, said.conversation)
    assert pending is not None
    snapshot = await store.load(said.account, said.conversation)
    outcome = echo(snapshot, said)
    if forget:
        outcome = TurnOutcome(snapshot, None, None, (say("gone"),), person=PersonForgotten())
    await store.commit(pending.inbox_id, said, outcome)


async def everything(database: Database) -> str:
    """Return all that the database holds."""
    found = [await rows(database, mapper.class_) for mapper in Base.registry.mappers]
    return repr(found)


async def test_no_number_of_theirs_is_left(
    database: Database, inbox: Inbox, outbox: Outbox, store: SqlInterviewStore, places: Places
) -> None:
    for name in (f"telegram:asked:{NUMBER}", f"telegram:sent:{NUMBER}"):
        await places.keep_cursor(name, "12")
    await places.keep_settings("telegram:room:5", {"owner": NUMBER, "locale": "ko"})
    await write(inbox, store, message(1))
    await write(inbox, store, message(2))
    await write(inbox, store, message(3), forget=True)
    told = await outbox.oldest("telegram", CHAT)
    assert told is not None
    assert told.read() == say("gone")
    await outbox.mark_sent(told.outbox_id)
    assert NUMBER not in await everything(database)


async def test_others_keep_what_is_theirs(
    database: Database, inbox: Inbox, store: SqlInterviewStore, places: Places
) -> None:
    await places.keep_cursor("telegram:asked:31337", "12")
    await places.keep_cursor("telegram:updates", "7")
    await places.keep_settings("telegram:room:6", {"owner": "31337", "locale": "ko"})
    await write(inbox, store, message(1, BO, HALL))
    before = await store.load(BO, HALL)
    await write(inbox, store, message(1), forget=True)
    assert await store.load(BO, HALL) == before
    assert {row["name"] for row in await rows(database, CursorRow)} == {
        "telegram:asked:31337",
        "telegram:updates",
    }
    assert len(await rows(database, PlaceSettingRow)) == 2
    kept = {row["event_id"] for row in await rows(database, InboxRow) if row["account"]}
    assert kept == {"message:31337:1"}


async def test_what_is_sent_again_is_known_and_what_is_new_is_not(
    inbox: Inbox, store: SqlInterviewStore
) -> None:
    await write(inbox, store, message(1))
    await write(inbox, store, message(2), forget=True)
    assert not await inbox.accept(message(1))
    assert not await inbox.accept(message(2))
    assert await inbox.accept(message(3))


async def test_what_still_waits_is_answered_as_if_by_somebody_new(
    inbox: Inbox, store: SqlInterviewStore
) -> None:
    await write(inbox, store, message(1))
    asked = message(2)
    await inbox.accept(asked)
    await inbox.accept(message(3))
    pending = await inbox.oldest("telegram", CHAT)
    assert pending is not None
    gone = TurnOutcome(await store.load(ADA, CHAT), None, None, (), person=PersonForgotten())
    await store.commit(pending.inbox_id, asked, gone)
    waiting = await inbox.oldest("telegram", CHAT)
    assert waiting is not None
    assert waiting.inbound == message(3)
    assert (await store.load(ADA, CHAT)).interview is None


async def test_fingerprints_do_not_stay_for_ever(
    database: Database, inbox: Inbox, store: SqlInterviewStore, clock: FakeClock
) -> None:
    await write(inbox, store, message(1), forget=True)
    clock.advance(timedelta(days=8).total_seconds())
    await write(inbox, store, message(1, BO, HALL), forget=True)
    assert len(await rows(database, InboxRow)) == 1
