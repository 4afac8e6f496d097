"""Looking at what the tables hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.tables import Base


async def rows(database: Database, kind: type[Base]) -> list[dict[str, Any]]:
    """Return every row of a table, ordered by its primary key."""
    table = kind.__table__
    query = select(table).order_by(*table.primary_key)
    async with database.reading() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]
