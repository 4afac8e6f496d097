"""Opening a database, its transactions, and what is said when it cannot be used."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from bot.errors import DatabaseOutdatedError, StorageError
from bot.storage import database as database_module
from bot.storage.database import Database
from bot.storage.tables import SettingRow, UserRow
from tests.support.clock import NOON
from tests.support.tables import rows


class CursorThatTells:
    """A cursor of a connection, which tells when something is refused."""

    def __init__(self, connection: sqlite3.Connection, refused: threading.Event) -> None:
        self._cursor = connection.cursor()
        self._refused = refused

    def execute(self, statement: str) -> sqlite3.Cursor:
        try:
            return self._cursor.execute(statement)
        except sqlite3.OperationalError:
            self._refused.set()
            raise


async def refusal(url: str) -> StorageError:
    """Return what is raised on using a database that cannot be used."""
    database = Database(url)
    try:
        with pytest.raises(StorageError) as raised:
            await database.check_schema()
    finally:
        await database.close()
    assert "\n" not in str(raised.value)
    return raised.value


def test_a_program_that_opens_a_new_file_waits_while_another_one_sets_it_up(
    tmp_path: Path,
) -> None:
    """SQLite itself lets nobody wait for a change of the journal: it refuses at once."""
    file = tmp_path / "aurora.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE theirs (a)")
    other.execute("BEGIN EXCLUSIVE")
    refused = threading.Event()
    connection = sqlite3.connect(file, timeout=0, check_same_thread=False)
    cursor: Any = CursorThatTells(connection, refused)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(database_module._write_ahead, cursor)
        assert refused.wait(10)
        assert not waiting.done()
        other.execute("COMMIT")
        other.close()
        waiting.result(timeout=10)
    assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
    ],
)
def test_usual_urls_are_understood(
    given: str, opened: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Database(given).url.render_as_string(hide_password=False) == opened


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "DATABASE_URL is no database URL"),
        ("mysql://u:p@h/d", "'mysql' is not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_unusable_urls_are_refused(url: str, words: str) -> None:
    with pytest.raises(StorageError, match=words):
        Database(url)


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/down/aurora.db")
    await database.upgrade()
    await database.close()
    assert (tmp_path / "deep" / "down" / "aurora.db").is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"folder .*/file/below .*cannot be made"):
        Database(f"sqlite:///{tmp_path}/file/below/aurora.db")


async def test_sqlite_is_set_up_to_survive_a_power_cut(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail_halfway() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(UserRow).values(id="ada", created_at=NOON))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await fail_halfway()
    assert await rows(database, UserRow) == []


async def test_moments_come_back_in_utc(database: Database) -> None:
    in_seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    async with database.writing() as connection:
        await connection.execute(insert(UserRow).values(id="ada", created_at=in_seoul))
    (user,) = await rows(database, UserRow)
    assert user["created_at"].isoformat() == NOON.isoformat()


async def test_naive_moments_are_refused(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    row = insert(UserRow).values(id="ada", created_at=naive)
    async with database.writing() as connection:
        with pytest.raises(StatementError, match="timezone-aware"):
            await connection.execute(row)


async def test_programs_that_read_and_write_at_once_never_undo_each_other(sqlite_url: str) -> None:
    programs = [Database(sqlite_url) for _ in range(2)]
    async with programs[0].writing() as connection:
        await connection.execute(insert(UserRow).values(id="ada", created_at=NOON))
        await connection.execute(insert(SettingRow).values(user_id="ada", key="n", value="0"))

    async def count_up(database: Database) -> None:
        for _ in range(20):
            async with database.writing() as connection:
                value = (await connection.execute(select(SettingRow.value))).scalar_one()
                await asyncio.sleep(0)
                await connection.execute(update(SettingRow).values(value=str(int(value) + 1)))

    await asyncio.gather(*(count_up(database) for database in programs for _ in range(2)))
    (setting,) = await rows(programs[0], SettingRow)
    for database in programs:
        await database.close()
    assert setting["value"] == "80"


async def test_a_new_database_asks_to_be_upgraded(empty_url: str) -> None:
    error = await refusal(empty_url)
    assert isinstance(error, DatabaseOutdatedError)
    assert "no tables yet; run `python -m bot db upgrade" in str(error)
    kept_in = f"--db {empty_url.removeprefix('sqlite:///')}`"
    assert (kept_in if empty_url.startswith("sqlite") else "the same DATABASE_URL") in str(error)


async def test_an_upgraded_database_is_accepted(empty_database: Database) -> None:
    await empty_database.upgrade()
    await empty_database.check_schema()
    assert await rows(empty_database, UserRow) == []


async def test_a_database_of_a_newer_version_asks_for_a_newer_program(
    sqlite_database: Database, sqlite_url: str
) -> None:
    async with sqlite_database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'of_tomorrow'"))
    error = await refusal(sqlite_url)
    assert isinstance(error, DatabaseOutdatedError)
    assert "newer version than this program; update the program" in str(error)


async def test_using_tables_that_are_missing_asks_to_upgrade(empty_database: Database) -> None:
    with pytest.raises(DatabaseOutdatedError, match="db upgrade"):
        await rows(empty_database, UserRow)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("Dear diary, " * 100)
    assert "notes.db is no database" in str(await refusal(f"sqlite:///{tmp_path}/notes.db"))


@pytest.fixture
def damaged_url(sqlite_url: str) -> str:
    """A file of which only the first page is as it was."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    return sqlite_url


async def test_a_damaged_file(damaged_url: str) -> None:
    assert "damaged; restore it from a backup" in str(await refusal(damaged_url))


async def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    assert "cannot be opened; check its folder" in str(await refusal(f"sqlite:///{tmp_path}"))


async def test_a_file_that_another_program_holds(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = [p for p in database_module._PRAGMAS if "busy_timeout" not in p]
    monkeypatch.setattr(database_module, "_PRAGMAS", ("PRAGMA busy_timeout = 1", *patient))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database(sqlite_url)
    with pytest.raises(StorageError, match="in use by another program"):
        await database.upgrade()
    await database.close()
    other.close()


async def test_a_server_that_does_not_answer() -> None:
    error = await refusal("postgresql://ada:secret@127.0.0.1:1/aurora")
    assert "PostgreSQL server at 127.0.0.1:1 (database aurora) does not answer" in str(error)
    assert "secret" not in str(error)


async def test_a_server_without_this_database(migrated_postgres: str) -> None:
    elsewhere = Database(migrated_postgres).url.set(database="no_such_database")
    error = await refusal(elsewhere.render_as_string(hide_password=False))
    assert "has no database of this name; create it" in str(error)
