"""A message is kept once it was accepted, and waits in order until it is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update
from structlog.testing import capture_logs

from bot.interview.messages import Account, Action
from bot.storage.database import Database
from bot.storage.inbox import Inbox, PendingInbound
from bot.storage.outbox import Outbox
from bot.storage.tables import InboxRow
from tests.support.clock import FakeClock
from tests.support.messages import PLATFORM, inbound, say
from tests.support.tables import rows


async def oldest(inbox: Inbox, conversation: str = "room") -> PendingInbound:
    pending = await inbox.oldest(PLATFORM, conversation)
    assert pending is not None
    return pending


async def test_an_accepted_message_comes_back_whole(inbox: Inbox) -> None:
    message = replace(inbound("1", "손실 함수는…"), action=Action.OPEN, options={"locale": "ko"})
    assert await inbox.accept(message)
    pending = await oldest(inbox)
    assert pending.inbound == message
    assert (pending.attempts, pending.not_before) == (0, None)


async def test_the_same_event_is_accepted_once(inbox: Inbox, database: Database) -> None:
    assert await inbox.accept(inbound("1", "first"))
    assert not await inbox.accept(inbound("1", "again"))
    assert [row["payload"]["text"] for row in await rows(database, InboxRow)] == ["first"]


async def test_the_same_event_id_on_another_platform_is_another_event(inbox: Inbox) -> None:
    assert await inbox.accept(inbound("1"))
    assert await inbox.accept(replace(inbound("1"), account=Account("elsewhere", "ada")))


async def test_what_no_database_can_hold_is_replaced(inbox: Inbox) -> None:
    assert await inbox.accept(inbound("1", "a\x00b\ud83dc"))
    assert (await oldest(inbox)).inbound.text == "a\ufffdb\ufffdc"


async def test_messages_wait_in_the_order_of_their_arrival(
    inbox: Inbox, database: Database
) -> None:
    for event in ("1", "2", "3"):
        await inbox.accept(inbound(event))
    seen = []
    for _ in range(3):
        pending = await oldest(inbox)
        seen.append(pending.inbound.event_id)
        await inbox.give_up(pending, say("sorry"))
    assert seen == ["1", "2", "3"]
    assert await inbox.oldest(PLATFORM, "room") is None


async def test_conversations_in_which_something_waits_are_known(inbox: Inbox) -> None:
    for event, conversation in (("1", "room"), ("2", "room"), ("3", "hall"), ("4", "yard")):
        await inbox.accept(inbound(event, conversation=conversation))
    await inbox.give_up(await oldest(inbox, "yard"), say("sorry"))
    assert sorted(await inbox.pending_conversations()) == [(PLATFORM, "hall"), (PLATFORM, "room")]


async def test_a_deferred_message_keeps_its_place_and_its_notice_is_queued(
    inbox: Inbox, outbox: Outbox, clock: FakeClock
) -> None:
    for event in ("1", "2"):
        await inbox.accept(inbound(event))
    later = clock.now() + timedelta(seconds=4)
    await inbox.defer(await oldest(inbox), later, say("one moment"))
    await inbox.defer(await oldest(inbox), later)
    pending = await oldest(inbox)
    assert (pending.inbound.event_id, pending.attempts) == ("1", 2)
    assert pending.not_before == later
    notice = await outbox.oldest(PLATFORM, "room")
    assert notice is not None
    assert notice.read() == say("one moment")
    await outbox.mark_sent(notice.outbox_id)
    assert await outbox.oldest(PLATFORM, "room") is None


async def test_giving_up_twice_says_so_once(inbox: Inbox, outbox: Outbox) -> None:
    await inbox.accept(inbound("1"))
    pending = await oldest(inbox)
    await inbox.give_up(pending, say("sorry"))
    await inbox.give_up(pending, say("sorry"))
    notice = await outbox.oldest(PLATFORM, "room")
    assert notice is not None
    await outbox.mark_sent(notice.outbox_id)
    assert await outbox.oldest(PLATFORM, "room") is None


async def test_a_row_that_cannot_be_read_is_put_aside_and_the_next_one_is_given(
    inbox: Inbox, database: Database
) -> None:
    await inbox.accept(inbound("1", "my secret"))
    await inbox.accept(inbound("2"))
    broken = update(InboxRow).where(InboxRow.event_id == "1").values(payload={"text": "my secret"})
    async with database.writing() as connection:
        await connection.execute(broken)
    with capture_logs() as logs:
        assert (await oldest(inbox)).inbound.event_id == "2"
    assert [entry["event"] for entry in logs] == ["inbox.unreadable"]
    assert "my secret" not in str(logs)
    assert [row["event_id"] for row in await rows(database, InboxRow)] == ["1", "2"]


class TestEdits:
    async def test_an_edit_takes_the_place_of_what_still_waits(self, inbox: Inbox) -> None:
        await inbox.accept(inbound("1", "gradiant"))
        await inbox.accept(inbound("2", "and more"))
        assert await inbox.accept(replace(inbound("1 edited", "gradient"), edits="1"))
        pending = await oldest(inbox)
        assert (pending.inbound.event_id, pending.inbound.text) == ("1", "gradient")
        assert await inbox.waiting(PLATFORM, "room") == 2, "the edit is no message of its own"

    async def test_the_same_edit_counts_once(self, inbox: Inbox) -> None:
        await inbox.accept(inbound("1"))
        edit = replace(inbound("1 edited", "hi"), edits="1")
        assert [await inbox.accept(edit), await inbox.accept(edit)] == [True, False]

    async def test_an_edit_of_what_was_answered_waits_like_a_message(self, inbox: Inbox) -> None:
        await inbox.accept(inbound("1"))
        pending = await oldest(inbox)
        await inbox.give_up(pending, say("sorry"))
        await inbox.accept(replace(inbound("1 edited", "hi there"), edits="1"))
        waiting = await oldest(inbox)
        assert (waiting.inbound.event_id, waiting.inbound.edits) == ("1 edited", "1")

    async def test_an_edit_that_changes_no_word_is_settled_at_once(self, inbox: Inbox) -> None:
        await inbox.accept(inbound("1", "hi"))
        await inbox.give_up(await oldest(inbox), say("sorry"))
        assert await inbox.accept(replace(inbound("1 edited", "hi"), edits="1"))
        assert await inbox.waiting(PLATFORM, "room") == 0

    async def test_nobody_edits_what_somebody_else_wrote(self, inbox: Inbox) -> None:
        await inbox.accept(inbound("1", "mine"))
        await inbox.accept(replace(inbound("2", "theirs", person="grace"), edits="1"))
        pending = await oldest(inbox)
        assert pending.inbound.text == "mine"
