"""A bot that is not heard of loses what it holds, and whoever says that it is alive does not."""

from __future__ import annotations

from bot.storage.database import Database
from bot.storage.leases import Leases, Work
from bot.storage.membership import Membership, can_be_shared
from bot.storage.tables import BotRow, LeaseRow
from tests.support.aging import let_time_be_over
from tests.support.tables import rows

ROOM = ("test", "room")
LONG = 300.0


async def joined(database: Database) -> Membership:
    bot = Membership(database, LONG)
    await bot.renew()
    return bot


async def test_a_bot_is_alive_from_its_first_sign_on(shared_database: Database) -> None:
    bot = Membership(shared_database, LONG)
    assert not bot.is_valid
    assert not await bot.renew(), "it is new and holds nothing"
    assert bot.is_valid
    first = bot.id
    assert await bot.renew()
    assert bot.id == first


async def test_whoever_is_heard_of_is_not_buried(shared_database: Database) -> None:
    first, second = await joined(shared_database), await joined(shared_database)
    await Leases(first, Work.ANSWER).claim([ROOM])
    assert await second.bury() == 0
    assert await Leases(second, Work.ANSWER).claim([ROOM]) == set()


async def test_what_the_dead_held_is_there_for_others(shared_database: Database) -> None:
    first, second = await joined(shared_database), await joined(shared_database)
    dead = Leases(first, Work.ANSWER)
    await dead.claim([ROOM])
    await let_time_be_over(shared_database, first.id)
    assert await second.bury() == 1
    assert await Leases(second, Work.ANSWER).claim([ROOM]) == {ROOM}
    assert await dead.claim([("test", "hall")]) == set(), "the dead take nothing"
    assert not first.is_valid
    before = first.id
    assert not await first.renew(), "it learns that it holds nothing any more"
    assert first.is_valid
    assert first.id != before


async def test_a_late_sign_is_in_time_where_nobody_noticed(shared_database: Database) -> None:
    bot = await joined(shared_database)
    await Leases(bot, Work.ANSWER).claim([ROOM])
    await let_time_be_over(shared_database, bot.id)
    assert await bot.renew()
    assert len(await rows(shared_database, LeaseRow)) == 1


async def test_whoever_leaves_leaves_nothing_behind(shared_database: Database) -> None:
    bot = await joined(shared_database)
    await Leases(bot, Work.ANSWER).claim([ROOM])
    await Leases(bot, Work.RECEIVE).claim([("test", "")])
    await bot.leave()
    assert not bot.is_valid
    assert await rows(shared_database, LeaseRow) == []
    assert await rows(shared_database, BotRow) == []


async def test_a_file_has_one_bot(sqlite_database: Database, shared_database: Database) -> None:
    assert not can_be_shared(sqlite_database)
    assert can_be_shared(shared_database)
