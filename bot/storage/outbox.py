"""The outbox: replies that are decided but perhaps not yet delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interview.messages import Reply
from bot.interview.ports import Clock
from bot.storage.codec import REPLIES
from bot.storage.database import Database
from bot.storage.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class PendingReply:
    """A reply that waits to be delivered.

    Args:
        outbox_id: its row; never used for another reply.
        payload: the reply as stored; `read` makes it one.
        attempts: how often delivery was tried in vain.
        not_before: when to try again, if it was tried.
    """

    outbox_id: int
    payload: dict[str, Any]
    attempts: int
    not_before: datetime | None

    def read(self) -> Reply:
        """Return the reply.

        Raises:
            ValueError: what is stored is no reply that this program knows.
        """
        return REPLIES.decode(self.payload)


async def put_replies(  # noqa: PLR0913 - the columns of a row
    connection: AsyncConnection,
    *,
    platform: str,
    conversation: str,
    interview_id: str | None,
    replies: Sequence[Reply],
    now: datetime,
) -> None:
    """Put replies into the outbox, in order, within a transaction that somebody else commits."""
    for reply in replies:
        # One statement a reply: ids, and with them the order, are those of the loop everywhere.
        row = {
            "platform": platform,
            "conversation": conversation,
            "interview_id": interview_id,
            "payload": REPLIES.encode(reply),
            "created_at": now,
        }
        await connection.execute(_PUT, row)


class Outbox:
    """What `Delivery` works off."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def pending_conversations(self) -> tuple[tuple[str, str], ...]:
        """Return platform and conversation of every reply that waits."""
        query = select(OutboxRow.platform, OutboxRow.conversation).where(*_PENDING).distinct()
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple((row.platform, row.conversation) for row in rows)

    async def oldest(self, platform: str, conversation: str) -> PendingReply | None:
        """Return the oldest reply of a conversation that waits, if there is one."""
        where = {"platform": platform, "conversation": conversation}
        async with self._database.reading() as connection:
            row = (await connection.execute(_OLDEST, where)).one_or_none()
        if row is None:
            return None
        return PendingReply(row.id, row.payload, row.attempts, row.next_attempt_at)

    async def mark_sent(self, outbox_id: int) -> None:
        """Note that a reply was delivered.

        Of one that belongs to no interview it is not kept where it went: whoever has just had
        everything deleted is told so in such a one.
        """
        sent = {"of": outbox_id, "now": self._clock.now()}
        await self._database.write(lambda connection: connection.execute(_SENT, sent))

    async def mark_failed(self, outbox_id: int, error: str) -> None:
        """Note that a reply will never be delivered, and why."""
        await self._update(outbox_id, failed_at=self._clock.now(), error=error)

    async def retry_at(self, outbox_id: int, moment: datetime, error: str) -> None:
        """Note that delivery was tried in vain, why, and when to try again."""
        attempts = OutboxRow.attempts + 1
        await self._update(outbox_id, attempts=attempts, next_attempt_at=moment, error=error)

    async def _update(self, outbox_id: int, **values: object) -> None:
        change = update(OutboxRow).where(OutboxRow.id == outbox_id).values(**values)
        await self._database.write(lambda connection: connection.execute(change))


_PENDING = (OutboxRow.sent_at.is_(None), OutboxRow.failed_at.is_(None))
# Made once: to put a statement together costs as much as to run it.
_PUT = insert(OutboxRow)
_OLDEST = (
    select(OutboxRow.id, OutboxRow.payload, OutboxRow.attempts, OutboxRow.next_attempt_at)
    .where(OutboxRow.platform == bindparam("platform"))
    .where(OutboxRow.conversation == bindparam("conversation"))
    .where(*_PENDING)
    .order_by(OutboxRow.id)
    .limit(1)
)
_SENT = (
    update(OutboxRow)
    .where(OutboxRow.id == bindparam("of"))
    .values(
        sent_at=bindparam("now"),
        next_attempt_at=None,
        conversation=case((OutboxRow.interview_id.is_(None), ""), else_=OutboxRow.conversation),
    )
)
