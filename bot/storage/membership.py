"""Which bot processes that share a database are alive: each says so again and again.

```mermaid
stateDiagram-v2
    [*] --> Alive: join
    Alive --> Alive: renew, in time or not
    Alive --> Dead: not heard of for the lease, and another one buried it
    Dead --> Alive: renew finds that, and joins as somebody new
    Alive --> [*]: leave
```

The clock is the database's, so that the machines' own may differ.
"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import DateTime, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import BotRow, LeaseRow

LEASE_SECONDS = 5.0
"""A bot that was not heard of for so long has lost its work to the others."""


def can_be_shared(database: Database) -> bool:
    """Return whether several bots may live side by side on a database; a file has one."""
    return database.url.get_backend_name() != "sqlite"


class Membership:
    """One bot process among those of a database.

    Args:
        database: PostgreSQL.
        lease: seconds after which it is taken for dead.
    """

    def __init__(self, database: Database, lease: float = LEASE_SECONDS) -> None:
        self.database = database
        self.lease = lease
        self.id = ""
        self._valid_until = 0.0

    @property
    def is_valid(self) -> bool:
        """Whether nobody can have taken it for dead, as far as it knows."""
        return self.seconds_left > 0

    @property
    def seconds_left(self) -> float:
        """For how long nobody can take it for dead."""
        return max(0.0, self._valid_until - time.monotonic())

    def doubt(self) -> None:
        """Hold nothing for valid until it has been renewed."""
        self._valid_until = 0.0

    async def renew(self) -> bool:
        """Say that it is alive.

        Returns:
            False when it was taken for dead, or has only just joined: it holds nothing.

        Raises:
            StorageError: the database cannot be used.
        """
        began = time.monotonic()
        again = update(BotRow).where(BotRow.id == self.id).values(expires_at=self._expiry())
        async with self.database.writing() as connection:
            await without_waiting_for_the_disk(connection)
            known = (await connection.execute(again)).rowcount == 1
            if not known:
                self.id = uuid4().hex
                await connection.execute(
                    insert(BotRow).values(id=self.id, expires_at=self._expiry())
                )
        self._valid_until = began + self.lease
        return known

    async def bury(self) -> int:
        """Take away what bots hold whose time is over; returns how many those were.

        Raises:
            StorageError: the database cannot be used.
        """
        over = select(BotRow.id).where(BotRow.expires_at < func.clock_timestamp())
        async with self.database.reading() as connection:
            if not (await connection.execute(over)).first():
                return 0
        async with self.database.writing() as connection:
            dead = (
                await connection.execute(
                    # From here on they can neither renew nor take anything.
                    over.with_for_update(skip_locked=True)
                )
            ).scalars()
            return await _bury(connection, list(dead))

    async def leave(self) -> None:
        """Give back everything that is held, for good.

        Raises:
            StorageError: the database cannot be used.
        """
        self.doubt()
        async with self.database.writing() as connection:
            await _bury(connection, [self.id])

    def _expiry(self) -> object:
        now = func.clock_timestamp(type_=DateTime(timezone=True))
        return now + timedelta(seconds=self.lease)


async def _bury(connection: AsyncConnection, dead: list[str]) -> int:
    # All lock leases in one order, so that none waits for another that waits for it.
    order = (LeaseRow.platform, LeaseRow.conversation, LeaseRow.work)
    theirs = LeaseRow.holder.in_(dead)
    await connection.execute(select(order[0]).where(theirs).order_by(*order).with_for_update())
    await connection.execute(delete(LeaseRow).where(theirs))
    return (await connection.execute(delete(BotRow).where(BotRow.id.in_(dead)))).rowcount


async def without_waiting_for_the_disk(connection: AsyncConnection) -> None:
    """Have a transaction count as committed before it is on the disk.

    If the server's power is cut, the last leases are forgotten; then two bots may do the same work,
    and the inbox and the version of the interview let one of them count.
    """
    await connection.execute(text("SET LOCAL synchronous_commit TO OFF"))
