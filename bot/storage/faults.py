"""What the drivers raise → one sentence that an operator can act on."""

from __future__ import annotations

import shlex

from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import DatabaseOutdatedError, StorageError

# What SQLite says → what is wrong and what to do; the first that fits counts.
_SQLITE = (
    ("not a database", "is no database; move it away, or name another one"),
    ("malformed", "is damaged; restore it from a backup"),
    ("locked", "is in use by another program; stop that one, then try again"),
    ("unable to open", "cannot be opened; check its folder and who may write there"),
    ("readonly", "cannot be written; check who may write to it and to its folder"),
    ("is full", "cannot grow because the disk is full; make room"),
    ("disk i/o", "cannot be read or written because the disk reports a fault; check the disk"),
)
# SQLSTATE of PostgreSQL → the same.
_POSTGRES = {
    "28P01": "refuses the password; correct DATABASE_URL",
    "28000": "refuses this user; correct DATABASE_URL",
    "3D000": "has no database of this name; create it, or correct DATABASE_URL",
    "42501": "does not let this user do that; grant it the rights on the database",
    "53300": "has no connection left; raise max_connections or stop other programs",
    "57P03": "is starting up or shutting down; try again in a moment",
}
_MISSING_TABLE = ("no such table", "no such column")
_MISSING_TABLE_STATES = ("42P01", "42703")
# Classes of SQLSTATE that blame the statement or its data: bad data, broken constraint, syntax.
_BLAMES_STATEMENT = ("22", "23", "42")


def explain(error: Exception, url: URL) -> StorageError | None:
    """Return the storage error that an exception stands for.

    None is returned where the fault lies with what was to be stored and not with the database:
    trying again would not help then.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(cause, "sqlstate", None) or "")
    said = str(cause).lower()
    where = describe(url)
    if state in _MISSING_TABLE_STATES or any(words in said for words in _MISSING_TABLE):
        return DatabaseOutdatedError(
            f"{where} lacks tables that this program needs; {upgrade_advice(url)}."
        )
    is_sqlite = url.get_backend_name() == "sqlite"
    known = _known_sqlite(said) if is_sqlite else _known_postgres(error, state)
    if known is not None:
        return StorageError(f"{where} {known}.")
    if _blames_statement(error, cause, state):
        return None
    if isinstance(error, DBAPIError | PoolTimeoutError | OSError):
        return StorageError(f"{where} cannot be used: {str(cause).splitlines()[0]}.")
    return None


def upgrade_advice(url: URL) -> str:
    """Return what to run to bring this very database up to date."""
    if url.get_backend_name() == "sqlite":
        return f"run `python -m bot db upgrade --db {shlex.quote(str(url.database))}`"
    return "run `python -m bot db upgrade` with the same DATABASE_URL"


def describe(url: URL) -> str:
    """Return what to call the database in a message; it never holds the password."""
    if url.get_backend_name() == "sqlite":
        return f"The database file {url.database}"
    server = f"{url.host or 'localhost'}:{url.port or 5432}"
    return f"The PostgreSQL server at {server} (database {url.database})"


def _known_sqlite(said: str) -> str | None:
    return next((meaning for words, meaning in _SQLITE if words in said), None)


def _known_postgres(error: Exception, state: str) -> str | None:
    if isinstance(error, OSError):
        return "does not answer; start it, or correct DATABASE_URL"
    return _POSTGRES.get(state)


def _blames_statement(error: Exception, cause: BaseException | None, state: str) -> bool:
    ours = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
    if isinstance(error, ours) or state[:2] in _BLAMES_STATEMENT:
        return True
    # asyncpg checks values before it sends them; what it refuses is a ValueError at heart.
    return isinstance(getattr(cause, "__cause__", None), ValueError)
