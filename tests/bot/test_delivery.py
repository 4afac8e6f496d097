"""Replies reach their conversation in order, and again and again until they do."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.delivery import Delivery
from bot.errors import DeliveryError, StorageError
from bot.storage.database import Database
from bot.storage.outbox import Outbox, put_replies
from bot.storage.tables import OutboxRow
from tests.support.clock import FakeClock
from tests.support.messages import PLATFORM, say
from tests.support.messenger import FakeMessenger
from tests.support.tables import rows

ROOM = (PLATFORM, "room")
HALL = (PLATFORM, "hall")


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def delivery(outbox: Outbox, messenger: FakeMessenger, clock: FakeClock) -> Delivery:
    return Delivery(outbox, {PLATFORM: messenger}, clock)


async def queue(
    database: Database, *words: str, conversation: str = "room", platform: str = PLATFORM
) -> None:
    async with database.writing() as connection:
        await put_replies(
            connection,
            platform=platform,
            conversation=conversation,
            interview_id=None,
            replies=[say(word) for word in words],
            now=FakeClock().now(),
        )


async def settle(delivery: Delivery, conversation: tuple[str, str] = ROOM) -> None:
    async with asyncio.timeout(10):
        await delivery.idle(*conversation)


async def fates(database: Database) -> list[str]:
    """Return what became of every reply, oldest first."""
    return [
        "sent" if row["sent_at"] else "failed" if row["failed_at"] else "waits"
        for row in await rows(database, OutboxRow)
    ]


async def test_replies_are_delivered_in_order_with_a_key_each(
    delivery: Delivery, messenger: FakeMessenger, database: Database
) -> None:
    await queue(database, "one", "two", "three")
    delivery.ring(*ROOM)
    await settle(delivery)
    assert messenger.said() == ["one", "two", "three"]
    ids = [row["id"] for row in await rows(database, OutboxRow)]
    assert [key for _, key, _ in messenger.delivered] == [f"outbox-{number}" for number in ids]
    assert await fates(database) == ["sent"] * 3
    await delivery.stop()


async def test_what_waits_from_before_is_taken_up(
    delivery: Delivery, messenger: FakeMessenger, database: Database
) -> None:
    await queue(database, "one")
    await queue(database, "other", conversation="hall")
    await delivery.start()
    await settle(delivery)
    await settle(delivery, HALL)
    assert (messenger.said(), messenger.said("hall")) == (["one"], ["other"])
    await delivery.stop()


async def test_a_slow_conversation_holds_up_no_other(
    delivery: Delivery, messenger: FakeMessenger, database: Database
) -> None:
    gate = messenger.gates["room"] = asyncio.Event()
    await queue(database, "one")
    await queue(database, "other", conversation="hall")
    await delivery.start()
    await messenger.begun["room"].wait()
    await settle(delivery, HALL)
    assert (messenger.said(), messenger.said("hall")) == ([], ["other"])
    gate.set()
    await settle(delivery)
    assert messenger.said() == ["one"]
    await delivery.stop()


async def test_a_reply_that_fails_is_tried_again_before_the_next_one(
    delivery: Delivery, messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    messenger.failures["room"] = [DeliveryError("network") for _ in range(3)]
    await queue(database, "one", "two")
    await delivery.start()
    for wait in (1, 2, 4):
        assert await clock.next_sleep() == wait
        assert messenger.said() == []
        clock.advance(wait)
    await settle(delivery)
    assert messenger.said() == ["one", "two"]
    await delivery.stop()


async def test_the_platform_says_how_long_to_wait(
    delivery: Delivery, messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    messenger.failures["room"] = [DeliveryError("flood", retry_after=17.5)]
    await queue(database, "one")
    await delivery.start()
    assert await clock.next_sleep() == 17.5
    clock.advance(17.5)
    await settle(delivery)
    assert messenger.said() == ["one"]
    await delivery.stop()


async def test_a_reply_that_can_never_arrive_is_recorded_and_passed_over(
    delivery: Delivery, messenger: FakeMessenger, database: Database
) -> None:
    messenger.failures["room"] = [DeliveryError("the chat is gone", permanent=True)]
    await queue(database, "one", "two")
    await delivery.start()
    await settle(delivery)
    assert messenger.said() == ["two"]
    assert await fates(database) == ["failed", "sent"]
    assert (await rows(database, OutboxRow))[0]["error"] == "the chat is gone"
    await delivery.stop()


async def test_a_messenger_with_a_fault_of_its_own_blocks_nothing_for_ever(
    delivery: Delivery, messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    messenger.failures["room"] = [TypeError("'my secret' cannot be drawn") for _ in range(5)]
    await queue(database, "one", "two")
    with capture_logs() as logs:
        await delivery.start()
        for wait in (1, 2, 4, 8):
            assert await clock.next_sleep() == wait
            clock.advance(wait)
        await settle(delivery)
    assert messenger.said() == ["two"]
    assert await fates(database) == ["failed", "sent"]
    assert "my secret" not in str(logs)
    await delivery.stop()


async def test_a_reply_that_cannot_be_read_is_given_up_in_the_end(
    delivery: Delivery, messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    await queue(database, "one")
    async with database.writing() as connection:
        await connection.execute(update(OutboxRow).values(payload={}))
    await queue(database, "two")
    await delivery.start()
    for wait in (1, 2, 4, 8):
        assert await clock.next_sleep() == wait
        clock.advance(wait)
    await settle(delivery)
    assert await fates(database) == ["failed", "sent"]
    await delivery.stop()


class ForgetfulOutbox(Outbox):
    """An outbox whose database fails right after a delivery."""

    lapses = 1

    async def mark_sent(self, outbox_id: int) -> None:
        if self.lapses:
            self.lapses -= 1
            raise StorageError("the disk is full; make room")
        await super().mark_sent(outbox_id)


async def test_a_delivery_that_could_not_be_noted_is_repeated_with_the_same_key(
    messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    delivery = Delivery(ForgetfulOutbox(database, clock), {PLATFORM: messenger}, clock)
    await queue(database, "one")
    await delivery.start()
    clock.advance(await clock.next_sleep())
    await settle(delivery)
    assert messenger.said() == ["one", "one"]
    assert len({key for _, key, _ in messenger.delivered}) == 1
    await delivery.stop()


async def test_replies_of_a_platform_that_is_not_running_stay_where_they_are(
    delivery: Delivery, messenger: FakeMessenger, database: Database
) -> None:
    await queue(database, "elsewhere", platform="other")
    await delivery.start()
    await settle(delivery, ("other", "room"))
    assert messenger.delivered == []
    assert await fates(database) == ["waits"]
    await delivery.stop()


async def test_stopping_leaves_what_is_not_delivered_in_the_outbox(
    delivery: Delivery, messenger: FakeMessenger, database: Database, clock: FakeClock
) -> None:
    messenger.failures["room"] = [DeliveryError("network")]
    messenger.gates["hall"] = asyncio.Event()
    await queue(database, "one")
    await queue(database, "other", conversation="hall")
    await delivery.start()
    await clock.next_sleep()
    await messenger.begun["hall"].wait()
    await delivery.stop(grace=0.01)
    assert await fates(database) == ["waits", "waits"]
