"""Lets the time of a bot's leases be over, so that no test waits for it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, update

from bot.storage.database import Database
from bot.storage.tables import BotRow, LeaseRow


async def let_time_be_over(database: Database, bot_id: str) -> None:
    """Have a bot not been heard of for as long as a lease."""
    past = func.clock_timestamp() - timedelta(seconds=1)
    async with database.writing() as connection:
        await connection.execute(update(BotRow).where(BotRow.id == bot_id).values(expires_at=past))


async def bury(database: Database, bot_id: str) -> None:
    """Take a bot for dead, whatever it says."""
    async with database.writing() as connection:
        await connection.execute(delete(LeaseRow).where(LeaseRow.holder == bot_id))
        await connection.execute(delete(BotRow).where(BotRow.id == bot_id))
