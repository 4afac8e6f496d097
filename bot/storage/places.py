"""What platforms need remembered: where their streams were left, settings of places and people."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interview.messages import Account
from bot.storage.codec import clean
from bot.storage.database import Database
from bot.storage.tables import (
    AccountRow,
    CursorRow,
    InterviewRow,
    InterviewStatus,
    PlaceSettingRow,
    SettingRow,
)


class Places:
    """Cursors and settings, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cursor(self, name: str) -> str | None:
        """Return where a stream was left, None before the first `keep_cursor`.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self._database.reading() as connection:
            return (await connection.execute(_CURSOR, {"of": name})).scalar_one_or_none()

    async def keep_cursor(self, name: str, value: str) -> None:
        """Remember where a stream was left.

        Raises:
            StorageError: the database cannot be used.
        """

        async def keep(connection: AsyncConnection) -> None:
            moved = await connection.execute(_MOVE_CURSOR, {"of": name, "value": clean(value)})
            if moved.rowcount == 0:
                await connection.execute(_NEW_CURSOR, {"name": name, "value": clean(value)})

        await self._database.write(keep)

    async def settings(self, scope: str) -> Mapping[str, str]:
        """Return the settings of a place.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(_SETTINGS, {"of": scope})
            return {row.key: row.value for row in rows}

    async def keep_settings(self, scope: str, values: Mapping[str, str]) -> None:
        """Set the settings named in `values`; the others of the place stay as they are.

        Raises:
            StorageError: the database cannot be used.
        """
        rows = [{"scope": scope, "key": key, "value": clean(v)} for key, v in values.items()]
        if not rows:
            return
        old = delete(PlaceSettingRow).where(PlaceSettingRow.scope == scope)
        async with self._database.writing() as connection:
            await connection.execute(old.where(PlaceSettingRow.key.in_(values)))
            await connection.execute(insert(PlaceSettingRow), rows)

    async def chosen(self, account: Account) -> Mapping[str, str]:
        """Return what a person chose for good; empty for somebody unknown.

        Raises:
            StorageError: the database cannot be used.
        """
        query = (
            select(SettingRow.key, SettingRow.value)
            .join(AccountRow, AccountRow.user_id == SettingRow.user_id)
            .where(AccountRow.platform == account.platform)
            .where(AccountRow.external_id == account.external_id)
        )
        async with self._database.reading() as connection:
            return {row.key: row.value for row in await connection.execute(query)}

    async def open_conversations(self, platform: str) -> tuple[str, ...]:
        """Return the conversations of a platform whose interview has not ended.

        Raises:
            StorageError: the database cannot be used.
        """
        query = (
            select(InterviewRow.conversation)
            .where(InterviewRow.platform == platform)
            .where(InterviewRow.status != InterviewStatus.ENDED.value)
            .distinct()
        )
        async with self._database.reading() as connection:
            return tuple((await connection.execute(query)).scalars())


# Made once: to put a statement together costs as much as to run it.
_CURSOR = select(CursorRow.value).where(CursorRow.name == bindparam("of"))
_MOVE_CURSOR = update(CursorRow).where(CursorRow.name == bindparam("of"))
_NEW_CURSOR = insert(CursorRow)
_SETTINGS = select(PlaceSettingRow.key, PlaceSettingRow.value).where(
    PlaceSettingRow.scope == bindparam("of")
)
