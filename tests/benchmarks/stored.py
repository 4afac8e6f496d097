"""A database with as many interviews in it as a community leaves behind in years.

One person really takes a short interview through the bot. Everybody else's rows are copies of
theirs, multiplied inside the database, because a million interviews would take days to hold.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import CTE, Insert, String, Table, cast, insert, literal, select, text, true

from bot.app import Aurora, open_database
from bot.interview.messages import Account, Action, Inbound, Reply
from bot.packs import PackLibrary
from bot.storage.database import Database
from bot.storage.tables import Base
from engine.loading import PACKS, EngineSettings, load_engine
from tests.support.interview import LocalEngine

PLATFORM = "benchmark"
_LOCALE = "en"
# Table → the columns that tell one person's rows from another's; parents before children.
_OWN = {
    "users": ("id",),
    "accounts": ("external_id", "user_id"),
    "interviews": ("id", "user_id", "conversation"),
    "turns": ("interview_id", "event_id"),
    "point_results": ("interview_id",),
    "inbox": ("event_id", "conversation", "account"),
    "outbox": ("conversation", "interview_id"),
}
# Numbered by the database itself.
_NUMBERED = ("inbox", "outbox")
_ANSWERS = (
    "It measures how far predictions are from the truth.",
    "I am not sure, maybe gradient descent?",
    "Training makes it as small as possible.",
)


class _Silence:
    """A messenger whose platform takes everything at once."""

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Take a reply."""


class Bot:
    """The bot on a database, with stand-ins for models and platform.

    Args:
        database: where it keeps everything.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        engine = LocalEngine(load_engine(EngineSettings(fake=True)).pipeline.run)
        packs = PackLibrary(PACKS)
        # It is never asked for more than turns.
        self._aurora = Aurora(packs, database, engine, {PLATFORM: _Silence()}, {}, _LOCALE)  # type: ignore[arg-type]

    async def visited_by(self, person: str, answers: int) -> int:
        """Have a new person open an interview and answer; return how many messages that took."""
        told = [("", Action.OPEN), *((_ANSWERS[n % len(_ANSWERS)], None) for n in range(answers))]
        for number, (said, action) in enumerate(told):
            inbound = Inbound(
                event_id=f"{person}.{number}",
                account=Account(PLATFORM, person),
                conversation=f"room of {person}",
                text=said,
                received_at=datetime.now(UTC),
                action=action,
            )
            await self._aurora.submit(inbound)
            await self._aurora.settled(PLATFORM, inbound.conversation)
        return len(told)

    async def stop(self) -> None:
        """Let go of the database."""
        await self._aurora.stop()


@asynccontextmanager
async def bot_with(url: str, interviews: int) -> AsyncIterator[Bot]:
    """Give a bot whose new database holds so many interviews of others.

    Args:
        url: of an empty database.
        interviews: how many.
    """
    async with open_database(url) as database:
        bot = Bot(database)
        await bot.visited_by("template", 1)
        await _multiply(database, interviews - 1)
        try:
            yield bot
        finally:
            await bot.stop()


async def _multiply(database: Database, times: int) -> None:
    """Copy every row that is there so many times, each time as another person's."""
    async with database.writing() as connection:
        for name, own in _OWN.items():
            await connection.execute(_copies(Base.metadata.tables[name], own, times))
    if database.url.get_backend_name() == "postgresql":
        async with database.writing() as connection:  # as its own housekeeping does in time
            await connection.execute(text("ANALYZE"))


def _copies(table: Table, own: tuple[str, ...], times: int) -> Insert:
    """Return the insertion of `times` copies of all rows of a table."""
    numbers: CTE = select(literal(1).label("number")).cte("numbers", recursive=True)
    more = select(numbers.c.number + 1).where(numbers.c.number < times)
    numbers = numbers.union_all(more)
    suffix = literal("~") + cast(numbers.c.number, String)
    columns = [c for c in table.columns if not (table.name in _NUMBERED and c.name == "id")]
    picked = [c + suffix if c.name in own else c for c in columns]
    rows = select(*picked).select_from(table.join(numbers, true()))
    return insert(table).from_select([c.name for c in columns], rows)
