"""One chat of a person at a time on one database, and none left locked out."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bot.errors import InUseError, StorageError
from bot.storage.database import Database
from bot.storage.sole_use import sole_use

HOLDER = """
import asyncio, sys
from bot.storage.database import Database
from bot.storage.sole_use import sole_use

async def main():
    database = Database(sys.argv[1])
    async with sole_use(database, "ada"):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_second_one_is_refused_and_others_are_not(database_url: str) -> None:
    first, second = Database(database_url), Database(database_url)
    try:
        async with sole_use(first, "ada"):
            with pytest.raises(InUseError, match="another chat of ada; end that one"):
                async with sole_use(second, "ada"):
                    pytest.fail("both hold it")
            async with sole_use(second, "bob"):
                pass
    finally:
        await first.close()
        await second.close()


async def test_whoever_is_done_makes_room(database_url: str) -> None:
    for _ in range(2):
        database = Database(database_url)
        async with sole_use(database, "ada"):
            pass
        await database.close()


async def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / ('a' * 240)}.db")  # leaves no room for its name
    with pytest.raises(StorageError, match="cannot be locked"):
        async with sole_use(database, "ada"):
            pytest.fail("it holds it")
    await database.close()


async def test_a_kill_makes_room(database_url: str) -> None:
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, database_url),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    database = Database(database_url)
    with pytest.raises(InUseError):
        async with sole_use(database, "ada"):
            pytest.fail("both hold it")
    holder.kill()
    await holder.wait()
    async with asyncio.timeout(10):
        while not await _free(database):
            pass
    await database.close()


async def _free(database: Database) -> bool:
    """Whether it may be held; a server needs a moment to see that somebody has gone."""
    try:
        async with sole_use(database, "ada"):
            return True
    except InUseError:
        return False
