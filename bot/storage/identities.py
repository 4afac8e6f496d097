"""Writes what changes about who a person is, within a transaction that somebody else commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import VersionConflictError
from bot.interview.messages import Account
from bot.interview.ports import AccountLeft, CodeMade, CodeUsed, PersonChange, PersonForgotten
from bot.storage.codec import clean
from bot.storage.forgetting import forget
from bot.storage.tables import AccountRow, InterviewRow, LinkCodeRow, SettingRow, UserRow


async def keep_chosen(connection: AsyncConnection, user_id: str, chosen: Mapping[str, str]) -> None:
    """Keep settings of a person.

    Raises:
        VersionConflictError: the person became another one meanwhile.
    """
    if not chosen:
        return
    rows = [{"user_id": user_id, "key": k, "value": clean(v)} for k, v in chosen.items()]
    old = delete(SettingRow).where(SettingRow.user_id == user_id, SettingRow.key.in_(chosen))
    await connection.execute(old)
    try:
        await connection.execute(insert(SettingRow), rows)
    except IntegrityError as error:
        raise VersionConflictError("the person is another one by now; decide again") from error


async def change_person(
    connection: AsyncConnection,
    change: PersonChange,
    user_id: str,
    account: Account,
    now: datetime,
) -> None:
    """Write what changes about who a person is.

    Args:
        connection: in a writing transaction.
        change: what changes.
        user_id: the person when it was decided.
        account: the account that asked.
        now: the present moment.

    Raises:
        VersionConflictError: it no longer fits what is stored; decide again.
    """
    mine = select(AccountRow.user_id).where(*_is(account)).with_for_update()
    if (await connection.execute(mine)).scalar_one_or_none() != user_id:
        raise VersionConflictError("the account is another person's by now; decide again")
    match change:
        case CodeMade():
            await _make_code(connection, change, user_id, now)
        case CodeUsed():
            await _join(connection, change, user_id, now)
        case AccountLeft():
            await _leave(connection, user_id, account, now)
        case PersonForgotten():
            await forget(connection, user_id, now)
            await _drop_user(connection, user_id)


async def _make_code(
    connection: AsyncConnection, made: CodeMade, user_id: str, now: datetime
) -> None:
    old = (LinkCodeRow.user_id == user_id) | (LinkCodeRow.expires_at <= now)
    await connection.execute(delete(LinkCodeRow).where(old))
    row = insert(LinkCodeRow).values(code=made.code, user_id=user_id, expires_at=made.expires_at)
    try:
        await connection.execute(row)
    except IntegrityError as error:
        raise VersionConflictError("this code is taken; decide again") from error


async def _join(connection: AsyncConnection, used: CodeUsed, user_id: str, now: datetime) -> None:
    """Make two people one: the one who made the code, who keeps their own settings."""
    spent = await connection.execute(
        delete(LinkCodeRow)
        .where(LinkCodeRow.code == used.code, LinkCodeRow.user_id == used.made_by)
        .where(LinkCodeRow.expires_at > now)
    )
    if spent.rowcount != 1:
        raise VersionConflictError("this code is no longer good; decide again")
    begun = select(func.max(InterviewRow.number)).where(InterviewRow.user_id == used.made_by)
    numbers = (await connection.execute(begun)).scalar_one() or 0
    await connection.execute(
        update(InterviewRow)
        .where(InterviewRow.user_id == user_id)
        .values(user_id=used.made_by, number=InterviewRow.number + numbers)
    )
    await connection.execute(
        update(AccountRow).where(AccountRow.user_id == user_id).values(user_id=used.made_by)
    )
    theirs = select(SettingRow.key).where(SettingRow.user_id == used.made_by)
    known = (await connection.execute(theirs)).scalars().all()
    lacking = update(SettingRow).where(SettingRow.user_id == user_id)
    await connection.execute(
        lacking.where(SettingRow.key.not_in(known)).values(user_id=used.made_by)
    )
    await _drop_user(connection, user_id)


async def _leave(
    connection: AsyncConnection, user_id: str, account: Account, now: datetime
) -> None:
    """Make an account a person of its own, with the interviews that are its alone."""
    alone = uuid4().hex
    await connection.execute(insert(UserRow).values(id=alone, created_at=now))
    await connection.execute(update(AccountRow).where(*_is(account)).values(user_id=alone))
    settings = select(SettingRow.key, SettingRow.value).where(SettingRow.user_id == user_id)
    rows = (await connection.execute(settings)).all()
    if rows:
        copies = [{"user_id": alone, "key": row.key, "value": row.value} for row in rows]
        await connection.execute(insert(SettingRow), copies)
    siblings = select(AccountRow.external_id).where(
        AccountRow.user_id == user_id, AccountRow.platform == account.platform
    )
    if (await connection.execute(siblings)).first() is None:
        held_here = (InterviewRow.user_id == user_id, InterviewRow.platform == account.platform)
        await connection.execute(update(InterviewRow).where(*held_here).values(user_id=alone))


async def _drop_user(connection: AsyncConnection, user_id: str) -> None:
    await connection.execute(delete(SettingRow).where(SettingRow.user_id == user_id))
    await connection.execute(delete(LinkCodeRow).where(LinkCodeRow.user_id == user_id))
    await connection.execute(delete(UserRow).where(UserRow.id == user_id))


def _is(account: Account) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        AccountRow.platform == account.platform,
        AccountRow.external_id == account.external_id,
    )
