"""Databases for the tests of the bot: every such test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import Base
from engine.questions import QuestionPack
from tests.support.clock import FakeClock
from tests.support.nats_server import NatsServer
from tests.support.postgres import run_apart, throwaway_database
from tests.support.small_pack import read_small_pack

BACKENDS = ("sqlite", "postgres")


@pytest.fixture
def fleet_server(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS server of the test's own."""
    folder = tmp_path / "streams"
    folder.mkdir()
    server = NatsServer(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def fleet_pack(tmp_path: Path) -> QuestionPack:
    """A pack that is read quickly."""
    return read_small_pack(tmp_path / "pack")


async def _upgrade(url: str) -> None:
    database = Database(url)
    await database.upgrade()
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy: quicker than migrating for every test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    run_apart(_upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """A migrated database that all tests use one after the other."""
    with throwaway_database() as url:
        run_apart(_upgrade(url))
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite file."""
    path = tmp_path / "aurora.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    url = str(request.getfixturevalue("migrated_postgres"))
    run_apart(_empty(url))
    return url


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """A migrated, empty database that several bots can share."""
    run_apart(_empty(migrated_postgres))
    return migrated_postgres


async def _empty(url: str) -> None:
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    database = Database(url)
    async with database.writing() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    await database.close()


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    with throwaway_database() as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def empty_database(empty_url: str) -> AsyncIterator[Database]:
    opened = Database(empty_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def shared_database(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inbox(database: Database, clock: FakeClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def outbox(database: Database, clock: FakeClock) -> Outbox:
    return Outbox(database, clock)


@pytest.fixture
def store(database: Database, clock: FakeClock) -> SqlInterviewStore:
    return SqlInterviewStore(database, clock)
