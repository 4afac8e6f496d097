"""Each conversation is held by one bot at most, and one in which something waits by one at last."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from bot.clock import SystemClock
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.leases import Leases, Place, Work
from bot.storage.membership import Membership
from bot.storage.outbox import Outbox
from bot.storage.tables import LeaseRow
from tests.support.messages import PLATFORM, inbound, say
from tests.support.tables import rows

ROOM, HALL = (PLATFORM, "room"), (PLATFORM, "hall")
LONG = 300.0
Pair = tuple[Leases, Leases]


async def leases(database: Database, work: Work = Work.ANSWER) -> Leases:
    """Return what a bot of its own holds."""
    membership = Membership(database, LONG)
    await membership.renew()
    return Leases(membership, work)


@pytest.fixture
async def pair(shared_database: Database) -> Pair:
    return await leases(shared_database), await leases(shared_database)


@pytest.fixture
def waiting(shared_database: Database) -> Inbox:
    return Inbox(shared_database, SystemClock())


async def settle(inbox: Inbox, conversation: str) -> None:
    """Have the oldest message of a conversation be done."""
    pending = await inbox.oldest(PLATFORM, conversation)
    assert pending is not None
    await inbox.give_up(pending, say("done"))


async def test_what_one_holds_the_other_does_not_get(pair: Pair) -> None:
    first, second = pair
    assert await first.claim([ROOM]) == {ROOM}
    assert await second.claim([ROOM, HALL]) == {HALL}
    assert await first.claim([ROOM, HALL]) == {ROOM}, "its own it gets again"
    assert await first.held() == {ROOM}


async def test_answering_and_delivering_are_held_apart(shared_database: Database) -> None:
    answering = await leases(shared_database)
    delivering = await leases(shared_database, Work.DELIVER)
    assert await answering.claim([ROOM]) == {ROOM}
    assert await delivering.claim([ROOM]) == {ROOM}


async def test_the_oldest_that_wait_are_found_first(pair: Pair, waiting: Inbox) -> None:
    first, second = pair
    for number, room in enumerate(("room", "hall", "yard")):
        await waiting.accept(inbound(str(number), conversation=room))
    assert await first.claim_waiting([PLATFORM], 2) == {ROOM, HALL}
    assert await second.claim_waiting([PLATFORM], 2) == {(PLATFORM, "yard")}
    assert await second.claim_waiting([PLATFORM], 2) == set()


async def test_bots_that_look_at_the_same_time_find_different_ones(
    pair: Pair, waiting: Inbox
) -> None:
    everything = {(PLATFORM, f"room {number}") for number in range(40)}
    await asyncio.gather(*(waiting.accept(inbound(c, conversation=c)) for _, c in everything))
    found = await asyncio.gather(*(bot.claim_waiting([PLATFORM], 5) for bot in pair * 8))
    # One bot may be told of a place twice, which it holds all the same.
    first, second = (set().union(*found[number::2]) for number in range(2))
    # Who looks passes over what somebody else is just taking, and may find fewer than it wanted.
    while more := await pair[0].claim_waiting([PLATFORM], 5):
        first |= more
    assert first | second == everything
    assert not first & second


async def test_other_platforms_and_what_is_put_off_is_left(pair: Pair, waiting: Inbox) -> None:
    first, second = pair
    await waiting.accept(inbound("1"))
    assert await first.claim_waiting(["elsewhere"], 9) == set()
    pending = await waiting.oldest(*ROOM)
    assert pending is not None
    await waiting.defer(pending, SystemClock().now() + timedelta(hours=1))
    assert await second.claim_waiting([PLATFORM], 9) == set()


async def test_replies_that_wait_are_found(shared_database: Database, waiting: Inbox) -> None:
    delivering = await leases(shared_database, Work.DELIVER)
    await waiting.accept(inbound("1"))
    await settle(waiting, "room")
    assert await delivering.claim_waiting([PLATFORM], 9) == {ROOM}
    assert await delivering.release([ROOM]) == set(), "the reply still waits"
    outbox = Outbox(shared_database, SystemClock())
    reply = await outbox.oldest(*ROOM)
    assert reply is not None
    await outbox.mark_sent(reply.outbox_id)
    assert await delivering.release([ROOM]) == {ROOM}


async def test_only_that_is_given_back_in_which_nothing_waits(pair: Pair, waiting: Inbox) -> None:
    first, second = pair
    await waiting.accept(inbound("1"))
    await first.claim([ROOM, HALL])
    assert await first.release([ROOM, HALL]) == {HALL}
    assert await second.claim([ROOM, HALL]) == {HALL}
    await first.abandon([ROOM])
    assert await second.claim([ROOM]) == {ROOM}


async def test_nobody_gives_back_what_another_one_holds(
    pair: Pair, shared_database: Database
) -> None:
    first, second = pair
    await first.claim([ROOM])
    assert await second.release([ROOM]) == set()
    assert len(await rows(shared_database, LeaseRow)) == 1


async def until_it_waits(database: Database, task: asyncio.Task[set[Place]]) -> None:
    """Return once a task waits for a lock, or has ended without."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with database.reading() as connection, asyncio.timeout(60):
        while not task.done() and not (await connection.execute(waiting)).scalar_one():
            await connection.commit()  # within a transaction the picture stays the same


async def test_a_place_that_is_just_being_given_back_is_waited_for(
    pair: Pair, shared_database: Database
) -> None:
    first, second = pair
    await first.claim([ROOM])
    async with shared_database.writing() as giving_back:
        await giving_back.execute(select(LeaseRow.holder).with_for_update())
        claiming = asyncio.create_task(second.claim([ROOM]))
        await until_it_waits(shared_database, claiming)
        await giving_back.execute(delete(LeaseRow))
    assert await claiming == {ROOM}


async def test_what_comes_in_just_before_a_place_is_given_back_is_not_overlooked(
    pair: Pair, waiting: Inbox, shared_database: Database
) -> None:
    first, _ = pair
    await first.claim([ROOM])
    async with shared_database.writing() as in_vain:  # another bot's claim, which finds it held
        await in_vain.execute(select(LeaseRow.holder).with_for_update())
        giving_back = asyncio.create_task(first.release([ROOM]))
        await until_it_waits(shared_database, giving_back)
        await waiting.accept(inbound("1"))
    assert await giving_back == set()
