"""A bell between the bots of a database: one that cannot do some work wakes the others.

What is missed is found a little later by looking, so nothing depends on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import func, select

from bot.storage.database import Database
from bot.storage.leases import Work

_CHANNEL = "aurora"


class Bell:
    """Rings and is heard by ``NOTIFY`` and ``LISTEN``.

    Args:
        database: PostgreSQL.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ring(self, work: Work) -> None:
        """Wake whoever can do some work.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self._database.writing() as connection:
            await connection.execute(select(func.pg_notify(_CHANNEL, work.value)))

    async def listen(self, heard: Callable[[Work], None]) -> None:
        """Tell of every ring until the connection is lost.

        Args:
            heard: told what is perhaps to be done.

        Raises:
            StorageError: the database cannot be used.
        """
        lost = asyncio.Event()

        def hear(_connection: object, _sender: int, _channel: str, work: str) -> None:
            with suppress(ValueError):  # a later version may know more kinds of work
                heard(Work(work))

        async with self._database.reading() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(_CHANNEL, hear)
            for work in Work:  # whatever was rung for before somebody listened
                heard(work)
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # a connection that listens is nobody else's
