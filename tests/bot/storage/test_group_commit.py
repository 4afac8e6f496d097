"""What waits at the same time shares a commit; nobody is told before it, nobody pays for others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.group_commit import MOST_TOGETHER, GroupCommit, Work
from bot.storage.inbox import Inbox
from bot.storage.tables import CursorRow, InboxRow
from tests.support.messages import inbound
from tests.support.tables import rows


class Transactions:
    """Counts transactions of a database, and holds their commits until `gate` is open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.gate = asyncio.Event()
        self.gate.set()
        self.committed = 0
        self.fault: Exception | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._database.writing() as connection:
            yield connection
            await self.gate.wait()
            if self.fault is not None:
                raise self.fault
        self.committed += 1


def note(name: str, value: str = "here") -> Work[str]:
    async def keep(connection: AsyncConnection) -> str:
        await connection.execute(insert(CursorRow).values(name=name, value=value))
        return name

    return keep


async def spoilt(_connection: AsyncConnection) -> None:
    raise LookupError("not this one")


async def noted(database: Database) -> set[str]:
    return {row["name"] for row in await rows(database, CursorRow)}


async def test_what_waits_while_another_is_committed_shares_a_transaction(
    database: Database,
) -> None:
    transactions = Transactions(database)
    group = GroupCommit(transactions.writing)
    names = [f"note {number}" for number in range(MOST_TOGETHER)]
    first = asyncio.create_task(group.write(note("first")))
    transactions.gate.clear()
    others = [asyncio.create_task(group.write(note(name))) for name in names]
    await asyncio.sleep(0)
    transactions.gate.set()
    assert await asyncio.gather(first, *others) == ["first", *names]
    assert await noted(database) == {"first", *names}
    assert transactions.committed <= 2


async def test_nobody_is_told_before_the_commit(database: Database) -> None:
    transactions = Transactions(database)
    group = GroupCommit(transactions.writing)
    transactions.gate.clear()
    reached = asyncio.Event()

    async def keep(connection: AsyncConnection) -> None:
        await note("one")(connection)
        reached.set()

    telling = asyncio.create_task(group.write(keep))
    await reached.wait()
    await asyncio.sleep(0)
    assert not telling.done()
    assert await noted(database) == set()
    transactions.gate.set()
    await telling
    assert await noted(database) == {"one"}


async def test_one_that_fails_takes_nothing_from_the_others(database: Database) -> None:
    group = GroupCommit(database.writing)
    told = await asyncio.gather(
        group.write(note("before")),
        group.write(spoilt),
        group.write(note("after")),
        return_exceptions=True,
    )
    assert isinstance(told[1], LookupError)
    assert [told[0], told[2]] == ["before", "after"]
    assert await noted(database) == {"before", "after"}


async def test_a_commit_that_fails_is_told_to_everybody_in_it(database: Database) -> None:
    transactions = Transactions(database)
    group = GroupCommit(transactions.writing)
    transactions.fault = StorageError("the disk is full")
    told = await asyncio.gather(
        *(group.write(note(name)) for name in ("one", "two")), return_exceptions=True
    )
    assert told == [transactions.fault] * 2
    assert await noted(database) == set()
    transactions.fault = None
    assert await group.write(note("three")) == "three"


async def test_the_urgent_goes_before_what_waited_longer(database: Database) -> None:
    transactions = Transactions(database)
    group = GroupCommit(transactions.writing)
    order: list[str] = []

    def telling(name: str) -> Callable[[asyncio.Task[str]], None]:
        return lambda _: order.append(name)

    tasks = [asyncio.create_task(group.write(note(str(n)))) for n in range(2 * MOST_TOGETHER)]
    urgent = asyncio.create_task(group.write(note("urgent"), urgent=True))
    for name, task in [*((str(n), t) for n, t in enumerate(tasks)), ("urgent", urgent)]:
        task.add_done_callback(telling(name))
    await asyncio.gather(urgent, *tasks)
    assert order.index("urgent") < MOST_TOGETHER
    assert [name for name in order if name != "urgent"] == [str(n) for n in range(len(tasks))]


async def test_what_nobody_waits_for_any_more_is_left(database: Database) -> None:
    group = GroupCommit(database.writing)
    keeping = asyncio.create_task(group.write(note("kept")))
    left = asyncio.create_task(group.write(note("left")))
    await asyncio.sleep(0)
    left.cancel()
    await keeping
    await group.close()
    assert await noted(database) == {"kept"}


async def test_messages_of_one_moment_keep_their_order_and_count_once(
    database: Database, inbox: Inbox
) -> None:
    said = [inbound(f"e{number}", f"message {number}") for number in range(10)]
    again = [*said[:5], said[2], *said[5:]]
    new = await asyncio.gather(*(inbox.accept(message) for message in again))
    assert new == [n != 5 for n in range(11)]
    async with database.reading() as connection:
        kept = (await connection.execute(select(InboxRow.event_id).order_by(InboxRow.id))).scalars()
        assert list(kept) == [message.event_id for message in said]


@pytest.mark.parametrize("first", ["message", "edit"])
async def test_an_edit_in_the_same_moment_finds_its_message(
    inbox: Inbox, database: Database, first: str
) -> None:
    message = inbound("e1", "frist")
    edit = replace(inbound("edit", "first"), edits="e1")
    order = [message, edit] if first == "message" else [edit, message]
    assert all(await asyncio.gather(*(inbox.accept(one) for one in order)))
    kept = {row["event_id"]: row for row in await rows(database, InboxRow)}
    # An edit that overtakes its message is kept like one; the bot answers it as such.
    assert (kept["e1"]["payload"]["text"] == "first") is (first == "message")
