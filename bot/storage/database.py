"""The database: opening it, its kinds of transaction, its schema and its faults.

SQLite and PostgreSQL run the same code. SQLite is set up so that a committed row survives a power
cut (WAL with ``synchronous=FULL``), and writing transactions begin as such (``BEGIN IMMEDIATE``):
one that began by reading could not be given the write lock later and would fail instead of wait.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    nullcontext,
)
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import DatabaseOutdatedError, StorageError
from bot.storage.faults import describe, explain, upgrade_advice
from bot.storage.group_commit import GroupCommit, T, Work
from bot.storage.near_sqlite import connect

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_BUSY_SECONDS = 5.0
_PRAGMAS = (
    # First, because even the next one may have to wait.
    f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
_BETWEEN_TRIES_SECONDS = 0.01
_CONNECT_SECONDS = 10
_VERSION_TABLE = "alembic_version"
_MIGRATING = 0x4175726F7261  # no other lock of this program is taken by the same number


class Database:
    """One database, opened lazily: nothing is read before the first transaction.

    Args:
        url: ``sqlite:///path/to/file.db`` or ``postgresql://user:password@host/name``.

    Raises:
        StorageError: the URL cannot be used, or the file's folder cannot be made.
    """

    def __init__(self, url: str) -> None:
        self.url = _read_url(url)
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._open()
        self._writer = self._engine.execution_options(immediate=True)
        # SQLite has one writer at a time; queueing here is fair, its busy loop is not.
        self._write_turn = asyncio.Lock() if self._is_sqlite else None
        self._together = GroupCommit(self.writing)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that only reads.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self._explained(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that is committed at the end, or not at all.

        Raises:
            StorageError: the database cannot be used.
        """
        turn: AbstractAsyncContextManager[Any] = self._write_turn or nullcontext()
        async with self._explained(), turn, self._writer.begin() as connection:
            yield connection

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """Do some work in a transaction that other work may share (`GroupCommit.write`).

        Raises:
            StorageError: the database cannot be used.
        """
        return await self._together.write(work, urgent=urgent)

    async def check_schema(self) -> None:
        """Make sure that the tables are those of this program.

        Raises:
            DatabaseOutdatedError: they are missing, older or newer; says what to do.
            StorageError: the database cannot be used.
        """
        scripts = ScriptDirectory.from_config(_alembic_config())
        async with self.reading() as connection:
            found = await connection.run_sync(_revision)
        if found == scripts.get_current_head():
            return
        where, advice = describe(self.url), upgrade_advice(self.url)
        if await self.is_foreign():
            raise DatabaseOutdatedError(
                f"{where} holds tables of another program and none of this one; name another "
                f"database, or {advice} to add them."
            )
        if found is None:
            raise DatabaseOutdatedError(f"{where} is new and has no tables yet; {advice}.")
        if found in {script.revision for script in scripts.walk_revisions()}:
            raise DatabaseOutdatedError(f"{where} is from an older version; {advice}.")
        raise DatabaseOutdatedError(
            f"{where} is from a newer version than this program; update the program."
        )

    async def is_empty(self) -> bool:
        """Return whether there are no tables at all: a database that nobody has used yet.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self.reading() as connection:
            return not await connection.run_sync(lambda c: inspect(c).get_table_names())

    async def is_foreign(self) -> bool:
        """Return whether there are tables, but none that this program has ever made.

        Raises:
            StorageError: the database cannot be used.
        """
        async with self.reading() as connection:
            found = await connection.run_sync(_revision)
            return found is None and await connection.run_sync(_holds_other_tables)

    async def upgrade(self, revision: str = "head") -> None:
        """Bring the tables up to a revision, all in one transaction.

        Raises:
            StorageError: the database cannot be used, or there is no such revision.
        """
        await self._migrate(command.upgrade, revision)

    async def downgrade(self, revision: str = "base") -> None:
        """Take the tables back to a revision, all in one transaction; what they held is lost.

        Raises:
            StorageError: the database cannot be used, or there is no such revision.
        """
        await self._migrate(command.downgrade, revision)

    async def close(self) -> None:
        """Close every connection, once what is being written is committed."""
        await self._together.close()
        await self._engine.dispose()

    async def _migrate(self, run: Callable[[Config, str], None], revision: str) -> None:
        def migrate(connection: Connection) -> None:
            config = _alembic_config()
            config.attributes["connection"] = connection
            try:
                run(config, revision)
            except CommandError as error:
                where = describe(self.url)
                raise StorageError(
                    f"{where} cannot go to revision {revision!r}: {error}; "
                    "it may be from a newer version than this program."
                ) from error

        async with self.writing() as connection:
            if not self._is_sqlite:  # there a writer is alone; here two bots may start at once
                await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            await connection.run_sync(migrate)

    @asynccontextmanager
    async def _explained(self) -> AsyncIterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            explained = explain(error, self.url)
            if explained is None:
                raise
            raise explained from error

    def _open(self) -> AsyncEngine:
        # Korean is kept readable; NaN is refused because PostgreSQL would refuse it, too.
        to_json = partial(json.dumps, ensure_ascii=False, allow_nan=False)
        if self._is_sqlite:
            _make_folder(self.url)
            engine = create_async_engine(
                self.url,
                json_serializer=to_json,
                hide_parameters=True,
                connect_args={
                    "isolation_level": None,  # transactions begin below, not in sqlite3
                    "async_creator_fn": connect,
                },
            )
            event.listen(engine.sync_engine, "connect", _set_up_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine
        try:
            return create_async_engine(
                self.url,
                json_serializer=to_json,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={"timeout": _CONNECT_SECONDS},
            )
        except ModuleNotFoundError as error:
            raise StorageError(
                "PostgreSQL needs the package asyncpg; "
                "install it with `pip install 'aurora-interviewer[postgres]'`."
            ) from error


def _read_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StorageError(
            "DATABASE_URL is no database URL; write it as sqlite:///aurora.db "
            "or postgresql://user:password@host/name."
        ) from error
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise StorageError(
            f"A database of the kind {url.get_backend_name()!r} is not supported; "
            "use sqlite or postgresql."
        )
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise StorageError("The database needs a file, such as sqlite:///aurora.db.")
    url = url.set(drivername=driver)
    if "sslmode" in url.query:  # libpq's name for what asyncpg calls ssl
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def _make_folder(url: URL) -> None:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} for the database cannot be made: {error.strerror}."
        ) from error


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    try:
        with closing(connection.cursor()) as cursor:
            for pragma in _PRAGMAS:
                cursor.execute(pragma)
            _write_ahead(cursor)
    except sqlite3.Error:
        connection.close()  # nobody else would: the pool has not got it yet
        raise


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch to a write-ahead log; of programs that do so at once, SQLite lets only one wait."""
    give_up_at = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(_BETWEEN_TRIES_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _alembic_config() -> Config:
    config = Config()
    folder = str(files("migrations")).replace("%", "%%")  # the setting is read with interpolation
    config.set_main_option("script_location", folder)
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _holds_other_tables(connection: Connection) -> bool:
    """Whether there are any tables; what going back to no version leaves behind is none."""
    return bool(set(inspect(connection).get_table_names()) - {_VERSION_TABLE})
