"""The inbox: messages that arrived and are perhaps not yet answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Insert, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interview.messages import Inbound, Reply
from bot.interview.ports import Clock
from bot.storage.codec import INBOUNDS, storable
from bot.storage.database import Database
from bot.storage.forgetting import fingerprint
from bot.storage.outbox import put_replies
from bot.storage.tables import InboxRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PendingInbound:
    """A message that waits to be answered.

    Args:
        inbox_id: its row.
        inbound: the message.
        attempts: how often answering was tried in vain.
        not_before: when to try again, if it was tried.
    """

    inbox_id: int
    inbound: Inbound
    attempts: int
    not_before: datetime | None


class Inbox:
    """What adapters fill and `Dispatcher` works off."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, inbound: Inbound) -> bool:
        """Keep a message for good; the platform may be told so once this returns.

        An edit takes the place of what it edits where that still waits; it is settled then. So is
        one that says what was said already: platforms tell of edits that change no word. Any
        other is kept like a message.

        Returns:
            False when the event is known already and nothing was added.

        Raises:
            StorageError: it could not be kept.
        """
        kept = storable(inbound)
        row = {
            "platform": kept.account.platform,
            "event_id": kept.event_id,
            "conversation": kept.conversation,
            "account": kept.account.external_id,
            "payload": INBOUNDS.encode(kept),
            "received_at": kept.received_at,
            "forgotten": fingerprint(kept.event_id),
        }

        async def keep(connection: AsyncConnection) -> bool:
            settled = await _edit(connection, kept)
            done = self._clock.now() if settled else None
            return (await connection.execute(_KEEP, {**row, "done_at": done})).rowcount == 1

        try:
            return await self._database.write(keep, urgent=True)
        except IntegrityError:  # the only constraint that a full row can break: known event
            return False

    async def pending_conversations(self) -> tuple[tuple[str, str], ...]:
        """Return platform and conversation of every message that waits."""
        query = (
            select(InboxRow.platform, InboxRow.conversation)
            .where(InboxRow.done_at.is_(None))
            .distinct()
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple((row.platform, row.conversation) for row in rows)

    async def waiting(self, platform: str, conversation: str) -> int:
        """Return how many messages of a conversation wait."""
        where = {"platform": platform, "conversation": conversation}
        async with self._database.reading() as connection:
            return (await connection.execute(_COUNT_WAITING, where)).scalar_one()

    async def oldest(self, platform: str, conversation: str) -> PendingInbound | None:
        """Return the oldest message of a conversation that waits, if there is one.

        A row that cannot be read any more is put aside (it stays in the table) and logged.
        """
        where = {"platform": platform, "conversation": conversation}
        while True:
            async with self._database.reading() as connection:
                row = (await connection.execute(_OLDEST, where)).one_or_none()
            if row is None:
                return None
            try:
                inbound = INBOUNDS.decode(row.payload)
            except ValueError:
                log.error("inbox.unreadable", inbox_id=row.id, platform=platform)  # noqa: TRY400 - the traceback would hold what was written
                async with self._database.writing() as connection:
                    await mark_done(connection, row.id, self._clock.now())
                continue
            return PendingInbound(row.id, inbound, row.attempts, row.next_attempt_at)

    async def reread(self, pending: PendingInbound) -> PendingInbound:
        """Return a message as it is now: its writer may have edited it.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self._database.reading() as connection:
            payload = (await connection.execute(_PAYLOAD, {"of": pending.inbox_id})).scalar_one()
        return replace(pending, inbound=INBOUNDS.decode(payload))

    async def defer(
        self, pending: PendingInbound, until: datetime, notice: Reply | None = None
    ) -> None:
        """Put a message off, and say so to its sender in the same transaction.

        Args:
            pending: the message.
            until: when to try again.
            notice: what to tell the sender, if anything.
        """
        again = update(InboxRow).where(
            InboxRow.id == pending.inbox_id,
            # Another bot may have taken this one for dead, and have answered or put it off, too.
            InboxRow.done_at.is_(None),
            InboxRow.attempts == pending.attempts,
        )
        async with self._database.writing() as connection:
            put_off = await connection.execute(
                again.values(attempts=InboxRow.attempts + 1, next_attempt_at=until)
            )
            if notice is not None and put_off.rowcount == 1:
                await self._put_notice(connection, pending.inbound, notice)

    async def give_up(self, pending: PendingInbound, notice: Reply) -> None:
        """Settle a message that cannot be answered: its sender gets the notice and no more."""
        async with self._database.writing() as connection:
            if await mark_done(connection, pending.inbox_id, self._clock.now()):
                await self._put_notice(connection, pending.inbound, notice)

    async def _put_notice(
        self, connection: AsyncConnection, inbound: Inbound, notice: Reply
    ) -> None:
        await put_replies(
            connection,
            platform=inbound.account.platform,
            conversation=inbound.conversation,
            interview_id=None,
            replies=(notice,),
            now=self._clock.now(),
        )


async def mark_done(connection: AsyncConnection, inbox_id: int, now: datetime) -> bool:
    """Settle a message within a transaction that somebody else commits.

    Returns:
        False when it was settled before: whatever came of it must not be written again.
    """
    settled = await connection.execute(_SETTLE, {"of": inbox_id, "done_at": now})
    return settled.rowcount == 1


async def is_unchanged(connection: AsyncConnection, inbox_id: int, inbound: Inbound) -> bool:
    """Return whether a message still says what an outcome was decided on."""
    payload = (await connection.execute(_PAYLOAD, {"of": inbox_id})).scalar_one_or_none()
    return payload is not None and payload["text"] == inbound.text


def _unless_forgotten(*names: str) -> Insert:
    """Return the insertion of a message, unless it arrived before its sender was forgotten."""
    columns = InboxRow.__table__.c
    given = [bindparam(name, type_=columns[name].type).label(name) for name in names]
    known = select(InboxRow.id).where(
        InboxRow.platform == bindparam("platform"), InboxRow.event_id == bindparam("forgotten")
    )
    return insert(InboxRow).from_select(names, select(*given).where(~known.exists()))


# Made once: to put a statement together costs as much as to run it.
_KEEP = _unless_forgotten(
    *("platform", "event_id", "conversation", "account", "payload", "received_at", "done_at")
)
_WAITING = (
    InboxRow.platform == bindparam("platform"),
    InboxRow.conversation == bindparam("conversation"),
    InboxRow.done_at.is_(None),
)
_COUNT_WAITING = select(func.count()).select_from(InboxRow).where(*_WAITING)
_OLDEST = (
    select(InboxRow.id, InboxRow.payload, InboxRow.attempts, InboxRow.next_attempt_at)
    .where(*_WAITING)
    .order_by(InboxRow.id)
    .limit(1)
)
_PAYLOAD = select(InboxRow.payload).where(InboxRow.id == bindparam("of"))
_SETTLE = update(InboxRow).where(InboxRow.id == bindparam("of"), InboxRow.done_at.is_(None))


async def _edit(connection: AsyncConnection, edit: Inbound) -> bool:
    """Put an edit in the place of what it edits; False where that is done and said something else.

    Whatever is no edit is none.
    """
    if edit.edits is None:
        return False
    original = (
        InboxRow.platform == edit.account.platform,
        InboxRow.event_id == edit.edits,
        InboxRow.account == edit.account.external_id,
    )
    query = select(InboxRow.id, InboxRow.payload, InboxRow.done_at)
    row = (await connection.execute(query.where(*original).with_for_update())).one_or_none()
    if row is None:
        return False
    if row.payload.get("text") == edit.text:
        return True
    if row.done_at is not None:
        return False
    payload = {**row.payload, "text": edit.text}
    await connection.execute(update(InboxRow).where(InboxRow.id == row.id).values(payload=payload))
    return True
