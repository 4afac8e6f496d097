"""Leases: who of several bots does what, so that each thing is done by one and none is left undone.

A lease is a row that belongs to a bot that is alive (`bot.storage.membership`). It only keeps two
bots from doing the same work at the same time. What a bot writes after it was taken for dead is
kept out by the inbox row, which is settled once, and by the version of the interview.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import IntegrityError

from bot.storage.membership import Membership, without_waiting_for_the_disk
from bot.storage.tables import InboxRow, LeaseRow, OutboxRow

Place = tuple[str, str]
"""Platform and conversation; no conversation stands for the whole platform."""


class Work(StrEnum):
    """What a lease is for."""

    ANSWER = "answer"
    DELIVER = "deliver"
    RECEIVE = "receive"


_WAITING: dict[Work, tuple[type[InboxRow | OutboxRow], ColumnElement[bool]]] = {
    Work.ANSWER: (InboxRow, InboxRow.done_at.is_(None)),
    Work.DELIVER: (OutboxRow, and_(OutboxRow.sent_at.is_(None), OutboxRow.failed_at.is_(None))),
}
_PLACE = (LeaseRow.platform, LeaseRow.conversation)
_KEY = (*_PLACE, LeaseRow.work)


class Leases:
    """What one bot holds of one kind of work.

    Args:
        membership: the bot.
        work: the kind.
    """

    def __init__(self, membership: Membership, work: Work) -> None:
        self._membership = membership
        self._work = work

    async def claim(self, places: Collection[Place]) -> set[Place]:
        """Take what nobody else holds of these places.

        A place that is just being given back is waited for.

        Raises:
            StorageError: the database cannot be used.
        """
        # All lock leases in one order, so that none waits for another that waits for it.
        rows = [self._row(platform, place) for platform, place in sorted(places)]
        return await self._take(insert(LeaseRow).values(rows))

    async def claim_waiting(self, platforms: Collection[str], most: int) -> set[Place]:
        """Take places that nobody holds and in which something waits, the oldest first.

        Args:
            platforms: where to look.
            most: how many to take at most; fewer may be taken although more wait.

        Raises:
            StorageError: the database cannot be used.
        """
        table, waits = _WAITING[self._work]
        held = select(LeaseRow.holder).where(
            LeaseRow.platform == table.platform,
            LeaseRow.conversation == table.conversation,
            LeaseRow.work == self._work,
        )
        due = or_(table.next_attempt_at.is_(None), table.next_attempt_at <= func.clock_timestamp())
        oldest = (
            select(table.platform, table.conversation)
            .where(waits, due, table.platform.in_(platforms), ~held.exists())
            .order_by(table.id)
            .limit(most)
            .with_for_update(of=table, skip_locked=True)  # two bots that look find different ones
            .cte("oldest")
        )
        found = (
            select(
                oldest.c.platform,
                oldest.c.conversation,
                literal(self._work.value),
                literal(self._membership.id),
            )
            .distinct()
            .order_by(oldest.c.platform, oldest.c.conversation)
        )
        names = ["platform", "conversation", "work", "holder"]
        return await self._take(insert(LeaseRow).from_select(names, found))

    async def release(self, places: Collection[Place]) -> set[Place]:
        """Give places back in which nothing waits any more; returns which those were.

        Raises:
            StorageError: the database cannot be used.
        """
        table, waits = _WAITING[self._work]
        waiting = select(table.id).where(
            waits,
            table.platform == LeaseRow.platform,
            table.conversation == LeaseRow.conversation,
        )
        return await self._give_back(places, ~waiting.exists())

    async def abandon(self, places: Collection[Place]) -> None:
        """Give places back, whatever waits there.

        Raises:
            StorageError: the database cannot be used.
        """
        await self._give_back(places)

    async def held(self) -> set[Place]:
        """Return what this bot holds, whatever it has heard of.

        Raises:
            StorageError: the database cannot be used.
        """
        mine = (LeaseRow.work == self._work, LeaseRow.holder == self._membership.id)
        async with self._membership.database.reading() as connection:
            return _places(await connection.execute(select(*_PLACE).where(*mine)))

    async def _take(self, rows: Insert) -> set[Place]:
        # Locks a row that another bot holds instead of passing it over: if that one is just about
        # to give it back, either this one gets it, or the other one sees what came in.
        taken = rows.on_conflict_do_update(
            index_elements=_KEY,
            set_={"holder": LeaseRow.holder},
            where=LeaseRow.holder == rows.excluded.holder,
        ).returning(*_PLACE)
        try:
            async with self._membership.database.writing() as connection:
                await without_waiting_for_the_disk(connection)
                return _places(await connection.execute(taken))
        except IntegrityError:  # it was buried meanwhile
            self._membership.doubt()
            return set()

    async def _give_back(
        self, places: Collection[Place], *conditions: ColumnElement[bool]
    ) -> set[Place]:
        mine = (
            LeaseRow.work == self._work,
            LeaseRow.holder == self._membership.id,
            tuple_(*_PLACE).in_(sorted(places)),
        )
        lock = select(*_PLACE).where(*mine).order_by(*_KEY).with_for_update()
        async with self._membership.database.writing() as connection:
            await without_waiting_for_the_disk(connection)
            # In a statement of its own: the next one sees all that was committed before this lock.
            await connection.execute(lock)
            gone = delete(LeaseRow).where(*mine, *conditions).returning(*_PLACE)
            return _places(await connection.execute(gone))

    def _row(self, platform: str, conversation: str) -> dict[str, str]:
        return {
            "platform": platform,
            "conversation": conversation,
            "work": self._work.value,
            "holder": self._membership.id,
        }


def _places(rows: Any) -> set[Place]:
    return {(row.platform, row.conversation) for row in rows}
