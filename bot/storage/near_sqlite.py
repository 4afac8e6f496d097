"""SQLite without a trip to another thread for every step.

aiosqlite sends each step of a transaction to a thread and waits for it there: begin, cursor,
statement, rows, end, eight trips to read one row. With many people at once they cost more than the
work itself. Here what only touches memory is done at once; what may have to wait, for the disk or
for another program's lock, still goes to the thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite

_QUICK_STATEMENTS = frozenset({"BEGIN", "SELECT", "INSERT", "UPDATE", "DELETE"})
"""They wait for nobody: in WAL mode readers never do, and whoever writes has begun as a writer."""


class NearConnection(aiosqlite.Connection):
    """A connection that does quick steps where they are asked for."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._running and self._connection and _is_quick(fn, args):
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


async def connect(file: str, **how: Any) -> NearConnection:
    """Open a database file; `how` is what `sqlite3.connect` is told besides.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    # Opened before the thread is there: it would outlive a failure, and print a traceback when the
    # program ends before it.
    opened = sqlite3.connect(file, **{**how, "check_same_thread": False})
    connection = NearConnection(lambda: opened, iter_chunk_size=64)
    connection._thread.daemon = True  # it keeps no program from ending
    await connection
    return connection


def _is_quick(step: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    owner, name = getattr(step, "__self__", None), getattr(step, "__name__", "")
    if isinstance(owner, sqlite3.Connection):
        return name in ("cursor", "rollback")
    if not isinstance(owner, sqlite3.Cursor):
        return False
    if name not in ("execute", "executemany"):
        return name != "executescript"
    first, _, rest = str(args[0]).lstrip().partition(" ")
    return first in _QUICK_STATEMENTS and not rest.startswith("IMMEDIATE")
