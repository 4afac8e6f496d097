"""Throw-away databases on a real PostgreSQL server.

The server is the one at TEST_DATABASE_URL, or else on this machine. Where none answers, tests that
need it are skipped; not so in CI (``CI=true``), where they fail.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StorageError
from bot.storage.database import Database

_T = TypeVar("_T")

SERVER = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def run_apart(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine from a synchronous fixture, out of the way of the test's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextmanager
def throwaway_database() -> Iterator[str]:
    """Give the URL of a fresh, empty database, and drop it afterwards."""
    server = Database(SERVER).url
    name = f"aurora_test_{uuid4().hex}"
    _require_server()
    run_apart(_execute(server, f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        run_apart(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _require_server() -> None:
    try:
        run_apart(_knock())
    except StorageError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL is needed in CI: {error}")
        pytest.skip(f"no PostgreSQL: {error}")


async def _knock() -> None:
    database = Database(SERVER)
    try:
        async with database.reading():
            pass
    finally:
        await database.close()


async def _execute(server: URL, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
