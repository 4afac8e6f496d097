"""One program at a time for one purpose on one database, however the last one ended.

A file lock beside a SQLite file, an advisory lock on a PostgreSQL server: both end with the
process that holds them, also when it is killed.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import func, select

from bot.errors import InUseError, StorageError
from bot.storage.database import Database
from bot.storage.faults import describe

if sys.platform != "win32":
    import fcntl


@asynccontextmanager
async def sole_use(database: Database, user_name: str) -> AsyncIterator[None]:
    """Keep a person's second chat away from the database while the first one is open.

    On Windows nothing keeps it away from a SQLite file.

    Args:
        database: open; the lock on a server ends when it is closed.
        user_name: whose chat it is.

    Raises:
        InUseError: another program holds it.
        StorageError: the database cannot be used.
    """
    taken = InUseError(
        f"{describe(database.url)} is in use by another chat of {user_name}; "
        "end that one first, or name another file with --db."
    )
    digest = hashlib.sha256(user_name.encode("utf-8", "replace")).digest()
    async with _held(database, digest, f"chat-{digest.hex()[:12]}", taken):
        yield


@asynccontextmanager
async def sole_run(database: Database, platform: str) -> AsyncIterator[None]:
    """Keep a second bot of a platform away from the database: two would answer everything twice.

    Args:
        database: open.
        platform: the platform.

    Raises:
        InUseError: another bot holds it.
        StorageError: the database cannot be used.
    """
    taken = InUseError(
        f"{describe(database.url)} is in use by another bot on {platform}; end that one first."
    )
    digest = hashlib.sha256(f"run {platform}".encode()).digest()
    async with _held(database, digest, f"run-{platform}", taken):
        yield


@asynccontextmanager
async def _held(
    database: Database, digest: bytes, name: str, taken: InUseError
) -> AsyncIterator[None]:
    if database.url.get_backend_name() == "sqlite":
        with _locked(Path(str(database.url.database)), name, taken):
            yield
        return
    key = int.from_bytes(digest[:8], "big", signed=True)
    async with database.reading() as connection:
        if not (await connection.execute(select(func.pg_try_advisory_lock(key)))).scalar_one():
            raise taken
        await connection.commit()  # the lock is the connection's, not the transaction's
        yield


@contextmanager
def _locked(database: Path, name: str, taken: InUseError) -> Iterator[None]:
    database = database.resolve()  # one file may be reached by several names
    path = database.with_name(f"{database.name}.{name}.lock")
    # The file stays: whoever removed it could remove one that somebody else has just locked.
    with ExitStack() as opened:
        try:
            file = opened.enter_context(path.open("ab"))
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise taken from None
        except OSError as error:
            raise StorageError(f"The file {path} cannot be locked: {error.strerror}.") from error
        yield
