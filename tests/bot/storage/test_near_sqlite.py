"""SQLite's quick steps are done where they are asked for; whatever may wait leaves others alone."""

from __future__ import annotations

import asyncio

from sqlalchemy import insert, select

from bot.storage.database import Database
from bot.storage.tables import UserRow
from tests.support.clock import NOON
from tests.support.tables import rows


async def nothing() -> None:
    """Be done as soon as anybody else has a turn."""


async def test_to_read_takes_no_trip_to_another_thread(sqlite_database: Database) -> None:
    assert await rows(sqlite_database, UserRow) == []  # there is a connection now
    somebody_else = asyncio.create_task(nothing())
    async with sqlite_database.reading() as connection:
        await connection.execute(select(UserRow.id))
        assert not somebody_else.done()


async def test_the_disk_is_waited_for_elsewhere(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as connection:
        await connection.execute(insert(UserRow).values(id="ada", created_at=NOON))
        somebody_else = asyncio.create_task(nothing())
    assert somebody_else.done()


async def test_another_programs_lock_is_waited_for_elsewhere(sqlite_url: str) -> None:
    programs = [Database(sqlite_url) for _ in range(2)]
    for database in programs:
        assert await rows(database, UserRow) == []  # each has a connection now

    async def write() -> None:
        async with programs[1].writing() as connection:
            await connection.execute(insert(UserRow).values(id="bo", created_at=NOON))

    async with programs[0].writing() as connection:
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0)  # it has asked for the lock now
        await connection.execute(insert(UserRow).values(id="ada", created_at=NOON))
        assert not waiting.done()
    await waiting
    assert len(await rows(programs[0], UserRow)) == 2
    for database in programs:
        await database.close()
