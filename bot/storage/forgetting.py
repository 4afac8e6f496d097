"""Deletes a person within a transaction that somebody else commits.

That their messages arrived must stay known, or one that a platform sends again would count anew.
But platforms number messages by the account or the conversation that they are in: what is kept is
a fingerprint of the number, and that only as long as anything may be sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import (
    AccountRow,
    CursorRow,
    InboxRow,
    InterviewRow,
    OutboxRow,
    PlaceSettingRow,
    PointResultRow,
    TurnRow,
)

_KEPT_FOR = timedelta(days=7)
"""Telegram gives up sending an update after a day; the rest is for a bot that stood still."""

_FORGOTTEN = "forgotten:"
_OWNER = "owner"  # the setting of a place that names the account it belongs to


def fingerprint(event_id: str) -> str:
    """Return what an event is known by once whoever sent it is forgotten."""
    return _FORGOTTEN + sha256(event_id.encode()).hexdigest()


async def forget(connection: AsyncConnection, user_id: str, now: datetime) -> None:
    """Delete everything that a person said or was told, and everything that names them.

    What of theirs still waits to be answered stays, and is answered as if by somebody new.
    """
    query = select(AccountRow.platform, AccountRow.external_id)
    found = await connection.execute(query.where(AccountRow.user_id == user_id))
    accounts = [(row.platform, row.external_id) for row in found]
    conversations = await _conversations(connection, user_id, accounts)
    await _forget_interviews(connection, user_id)
    for platform, conversation in conversations:
        await _forget_conversation(connection, platform, conversation)
    for platform, account in accounts:
        await _forget_messages(connection, platform, account)
        await _forget_places(connection, platform, account)
    await connection.execute(delete(AccountRow).where(AccountRow.user_id == user_id))
    old = InboxRow.event_id.startswith(_FORGOTTEN), InboxRow.done_at < now - _KEPT_FOR
    await connection.execute(delete(InboxRow).where(*old))


async def _conversations(
    connection: AsyncConnection, user_id: str, accounts: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return platform and conversation of everywhere that the person spoke."""
    held = select(InterviewRow.platform, InterviewRow.conversation)
    found = (await connection.execute(held.where(InterviewRow.user_id == user_id))).all()
    theirs = [
        (InboxRow.platform == platform) & (InboxRow.account == account)
        for platform, account in accounts
    ]
    spoken = select(InboxRow.platform, InboxRow.conversation).where(or_(False, *theirs)).distinct()
    found = [*found, *(await connection.execute(spoken)).all()]
    return {(row.platform, row.conversation) for row in found}


async def _forget_interviews(connection: AsyncConnection, user_id: str) -> None:
    interviews = select(InterviewRow.id).where(InterviewRow.user_id == user_id)
    for table in (OutboxRow, PointResultRow, TurnRow):
        await connection.execute(delete(table).where(table.interview_id.in_(interviews)))
    await connection.execute(delete(InterviewRow).where(InterviewRow.user_id == user_id))


async def _forget_conversation(
    connection: AsyncConnection, platform: str, conversation: str
) -> None:
    """Delete what was said there besides interviews, and where its streams were left."""
    said = OutboxRow.platform == platform, OutboxRow.conversation == conversation
    await connection.execute(delete(OutboxRow).where(*said, OutboxRow.interview_id.is_(None)))
    # A cursor's name ends with the number of the conversation that it belongs to.
    number = conversation.rpartition(":")[2]
    streams = CursorRow.name.startswith(f"{platform}:"), CursorRow.name.endswith(f":{number}")
    await connection.execute(delete(CursorRow).where(*streams))


async def _forget_messages(connection: AsyncConnection, platform: str, account: str) -> None:
    mine = (
        InboxRow.platform == platform,
        InboxRow.account == account,
        InboxRow.done_at.is_not(None),
    )
    arrived = (await connection.execute(select(InboxRow.id, InboxRow.event_id).where(*mine))).all()
    if not arrived:
        return
    blank = {"account": "", "conversation": "", "payload": {}}
    await connection.execute(
        update(InboxRow)
        .where(InboxRow.id == bindparam("inbox_id"))
        .values(event_id=bindparam("known_by"), **blank),
        [{"inbox_id": row.id, "known_by": fingerprint(row.event_id)} for row in arrived],
    )


async def _forget_places(connection: AsyncConnection, platform: str, account: str) -> None:
    """Delete the settings of places that belong to an account, such as a thread of its own."""
    owned = select(PlaceSettingRow.scope).where(
        PlaceSettingRow.scope.startswith(f"{platform}:"),
        PlaceSettingRow.key == _OWNER,
        PlaceSettingRow.value == account,
    )
    scopes = (await connection.execute(owned)).scalars().all()
    if scopes:
        await connection.execute(delete(PlaceSettingRow).where(PlaceSettingRow.scope.in_(scopes)))
