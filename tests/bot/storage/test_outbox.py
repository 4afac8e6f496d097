"""Replies wait in order until they are delivered or given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage.database import Database
from bot.storage.outbox import Outbox, PendingReply, put_replies
from bot.storage.tables import OutboxRow
from tests.support.clock import FakeClock
from tests.support.messages import PLATFORM, say
from tests.support.tables import rows


@pytest.fixture(autouse=True)
async def _waiting(database: Database, clock: FakeClock) -> None:
    for conversation, words in (("room", ("one", "two", "three")), ("hall", ("other",))):
        async with database.writing() as connection:
            await put_replies(
                connection,
                platform=PLATFORM,
                conversation=conversation,
                interview_id=None,
                replies=[say(word) for word in words],
                now=clock.now(),
            )


async def oldest(outbox: Outbox, conversation: str = "room") -> PendingReply:
    pending = await outbox.oldest(PLATFORM, conversation)
    assert pending is not None
    return pending


async def test_replies_are_given_in_order_and_apart_from_other_conversations(
    outbox: Outbox,
) -> None:
    seen = []
    for _ in range(3):
        pending = await oldest(outbox)
        seen.append(pending.read())
        await outbox.mark_sent(pending.outbox_id)
    assert seen == [say("one"), say("two"), say("three")]
    assert await outbox.oldest(PLATFORM, "room") is None
    assert (await oldest(outbox, "hall")).read() == say("other")


async def test_a_reply_to_try_again_keeps_its_place(outbox: Outbox, clock: FakeClock) -> None:
    later = clock.now() + timedelta(seconds=30)
    first = await oldest(outbox)
    await outbox.retry_at(first.outbox_id, later, "flood")
    again = await oldest(outbox)
    assert again.outbox_id == first.outbox_id
    assert (again.attempts, again.not_before) == (1, later)


async def test_a_reply_that_failed_is_kept_with_its_reason_and_passed_over(
    outbox: Outbox, database: Database, clock: FakeClock
) -> None:
    first = await oldest(outbox)
    await outbox.mark_failed(first.outbox_id, "the chat is gone")
    assert (await oldest(outbox)).read() == say("two")
    kept = (await rows(database, OutboxRow))[0]
    assert (kept["failed_at"], kept["error"]) == (clock.now(), "the chat is gone")


async def test_conversations_in_which_something_waits_are_known(outbox: Outbox) -> None:
    assert sorted(await outbox.pending_conversations()) == [(PLATFORM, "hall"), (PLATFORM, "room")]
    await outbox.mark_sent((await oldest(outbox, "hall")).outbox_id)
    assert await outbox.pending_conversations() == ((PLATFORM, "room"),)
