"""Bots that share a database: every message is answered once, in order, whoever dies meanwhile."""

from __future__ import annotations

import asyncio

from bot.interview.messages import Inbound
from bot.storage.database import Database
from bot.storage.leases import Work
from bot.storage.tables import InboxRow, InterviewRow, LeaseRow, OutboxRow, TurnRow
from tests.support.aging import bury, let_time_be_over
from tests.support.crew import PATIENCE, CrewMember, crew_of
from tests.support.messages import PLATFORM, inbound
from tests.support.tables import rows

SHORT = 0.6
"""Seconds of a lease, where a bot has to notice something by itself."""


async def begins(bot: CrewMember, message: Inbound) -> asyncio.Event:
    """Have a bot be in the middle of a turn until the gate that is returned is opened."""
    gate = bot.handler.gates[message.event_id] = asyncio.Event()
    await bot.hears(message)
    async with asyncio.timeout(PATIENCE):
        await bot.handler.begun[message.event_id].wait()
    return gate


async def all_done(database: Database) -> None:
    """Return once every message is answered and every reply delivered."""
    async with asyncio.timeout(PATIENCE):
        while any(  # noqa: ASYNC110 - nobody tells of it
            row["done_at"] is None for row in await rows(database, InboxRow)
        ) or any(row["sent_at"] is None for row in await rows(database, OutboxRow)):
            await asyncio.sleep(0.05)


async def test_bots_answer_together_and_nothing_twice(postgres_url: str) -> None:
    first, second = (CrewMember(postgres_url, most=2) for _ in range(2))
    async with crew_of(first, second):
        rooms = [f"room {number}" for number in range(12)]
        for number in range(3):
            for room in rooms:
                bot = first if number % 2 else second
                said = inbound(f"{room}/{number}", str(number), conversation=room, person=room)
                await bot.hears(said)
        await all_done(first.database)
        delivered = first.messenger.delivered + second.messenger.delivered
    assert sorted(first.handler.handled + second.handler.handled) == sorted(
        f"{room}/{number}" for room in rooms for number in range(3)
    )
    for room in rooms:
        keys = [int(key.removeprefix("outbox-")) for where, key, _ in delivered if where == room]
        assert len(keys) == len(set(keys)) == 3


async def test_what_one_bot_has_no_hand_for_another_one_is_woken_for(postgres_url: str) -> None:
    busy, idle = CrewMember(postgres_url, most=1), CrewMember(postgres_url)
    async with crew_of(busy):
        await begins(busy, inbound("1"))
        async with crew_of(idle):
            await busy.hears(inbound("2", conversation="hall"))
            assert await idle.has_said(1, "hall") == ["You said hello"]
            assert busy.handler.handled == ["1"]


async def test_a_message_that_another_bot_hears_waits_for_the_turn_under_way(
    postgres_url: str,
) -> None:
    first, second = CrewMember(postgres_url), CrewMember(postgres_url, delivers=False)
    async with crew_of(first):
        gate = await begins(first, inbound("1", "one"))
        async with crew_of(second):
            await second.hears(inbound("2", "two"))
            gate.set()
            assert await first.has_said(2) == ["You said one", "You said two"]
            assert second.handler.handled == []


async def test_replies_are_delivered_by_a_bot_that_can(postgres_url: str) -> None:
    mute = CrewMember(postgres_url, delivers=False)
    speaking = CrewMember(postgres_url, answers=False)
    async with crew_of(mute, speaking):
        await mute.hears(inbound("1"))
        assert await speaking.has_said(1) == ["You said hello"]


async def test_a_conversation_stays_for_a_moment_with_the_bot_that_delivered(
    postgres_url: str,
) -> None:
    """Platforms limit how fast a chat is written to, and each bot counts what it sends itself."""
    keeping = CrewMember(postgres_url, linger=600)
    async with crew_of(keeping):
        await keeping.hears(inbound("1"))
        await keeping.has_said(1)
        await only_held_for(keeping.database, Work.DELIVER)
        await keeping.hears(inbound("2"))
        assert await keeping.has_said(2) == ["You said hello"] * 2
        await only_held_for(keeping.database, Work.DELIVER)


async def test_after_that_moment_any_bot_may_deliver(postgres_url: str) -> None:
    first, second = CrewMember(postgres_url, linger=0.05), CrewMember(postgres_url)
    async with crew_of(first):
        await first.hears(inbound("1"))
        await first.has_said(1)
        await only_held_for(first.database)
        first.delivers = False  # of two bots that can, either may be the next
        async with crew_of(second):
            await second.hears(inbound("2"))
            assert await second.has_said(1) == ["You said hello"]


async def only_held_for(database: Database, *works: Work) -> None:
    """Return once conversations are held for these kinds of work and for no other."""
    async with asyncio.timeout(PATIENCE):
        while {row["work"] for row in await rows(database, LeaseRow)} != set(works):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.05)


async def test_a_bot_that_can_no_longer_deliver_lets_others_do_it(postgres_url: str) -> None:
    first = CrewMember(postgres_url, SHORT)
    second = CrewMember(postgres_url, SHORT, delivers=False)
    async with crew_of(first, second):
        first.messenger.failures["room"] = [ValueError("a fault")]
        await first.hears(inbound("1"))
        async with asyncio.timeout(PATIENCE):
            await first.messenger.begun["room"].wait()
        first.delivers, second.delivers = False, True
        assert await second.has_said(1) == ["You said hello"]
        assert first.messenger.said() == []


async def test_the_work_of_a_bot_that_died_goes_on_elsewhere(postgres_url: str) -> None:
    dying, living = CrewMember(postgres_url), CrewMember(postgres_url, SHORT)
    async with crew_of(dying):
        await begins(dying, inbound("1", "one"))
        await dying.inbox.accept(inbound("2", "two"))
        async with crew_of(living):
            await dying.vanish()
            await let_time_be_over(living.database, dying.bot_id)
            assert await living.has_said(2) == ["You said one", "You said two"]


async def test_a_bot_that_ends_in_order_is_not_waited_for(postgres_url: str) -> None:
    leaving, staying = CrewMember(postgres_url), CrewMember(postgres_url)
    async with crew_of(leaving):
        await begins(leaving, inbound("1"))
        async with crew_of(staying):
            await leaving.leave()
            assert await staying.has_said(1) == ["You said hello"]


async def test_what_a_bot_writes_after_it_was_taken_for_dead_is_kept_out(postgres_url: str) -> None:
    late, quick = CrewMember(postgres_url), CrewMember(postgres_url, SHORT)
    async with crew_of(late):
        await late.hears(inbound("0", "begin"))
        await late.has_said(1)
        gate = await begins(late, inbound("1", "one"))
        await late.inbox.accept(inbound("2", "two"))
        async with crew_of(quick):
            await let_time_be_over(quick.database, late.bot_id)
            assert await quick.has_said(2) == ["You said one", "You said two"]
            gate.set()
            await late.settled()
            turns = await rows(quick.database, TurnRow)
            assert [(row["turn"], row["event_id"]) for row in turns] == [(1, "1"), (2, "2")]
            assert [row["version"] for row in await rows(quick.database, InterviewRow)] == [3]
            assert len(await rows(quick.database, OutboxRow)) == 3
            assert late.messenger.said() == ["You said begin"]


async def test_a_bot_that_was_taken_for_dead_takes_part_again(postgres_url: str) -> None:
    bot = CrewMember(postgres_url, SHORT)
    async with crew_of(bot):
        before = bot.bot_id
        await bury(bot.database, before)
        await bot.hears(inbound("1"))
        assert await bot.has_said(1) == ["You said hello"]
        assert bot.bot_id != before


async def test_nothing_is_held_where_nothing_waits(postgres_url: str) -> None:
    bot = CrewMember(postgres_url)
    async with crew_of(bot):
        for number in range(5):
            await bot.hears(inbound(str(number), conversation=f"room {number}"))
        for number in range(5):
            await bot.has_said(1, f"room {number}")
        async with asyncio.timeout(PATIENCE):
            while await rows(bot.database, LeaseRow):  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.05)


async def test_one_receives_and_the_next_begins_when_it_leaves(postgres_url: str) -> None:
    first, second = (CrewMember(postgres_url, received_by_one=[PLATFORM]) for _ in range(2))
    async with crew_of(first):
        await receives(first)
        async with crew_of(second):
            assert second.sharing.lead.stands_by(PLATFORM)
            await first.leave()
            await receives(second)


async def receives(bot: CrewMember) -> None:
    """Return once it is a bot that receives."""
    async with asyncio.timeout(PATIENCE):
        while bot.sharing.lead.stands_by(PLATFORM):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
