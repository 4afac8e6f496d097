"""Commits together what waits at the same time.

A commit costs a trip to the disk, whatever it holds. When many people speak in the same instant,
their messages, turns and notes share one.

```mermaid
stateDiagram-v2
    [*] --> Together: work waits
    Together --> Together: committed, told, and more waits
    Together --> Alone: one failed, so that nothing was kept
    Alone --> Together: each committed or failed for itself
    Together --> [*]: nothing waits
```
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
"""Writes within a transaction that somebody else commits; done again where that was in vain."""

MOST_TOGETHER = 32
"""So many share a transaction; what is urgent waits for one of them at most."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Work[Any]
    done: asyncio.Future[Any]


class _WorkFailedError(Exception):
    """A work of several failed; the transaction is taken back."""


class GroupCommit:
    """Does work in as few transactions as can be; nobody is told before the commit.

    Args:
        writing: gives a connection in a transaction that is committed at the end.
    """

    def __init__(self, writing: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._writing = writing
        self._urgent: deque[_Waiting] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """Do some work and return what it returns, once that is committed.

        Works of the same urgency are done in the order in which they came.

        Args:
            work: may be called twice; a first call then left nothing behind.
            urgent: whether it goes before everything that is not.

        Raises:
            StorageError: the database cannot be used.
            Exception: what the work raises; nothing of it is kept.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._waiting).append(_Waiting(work, done))
        if self._task is None:
            self._task = asyncio.create_task(self._work_off(), name="group commit")
        return await done

    async def close(self) -> None:
        """Return when nothing is being written any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _work_off(self) -> None:
        try:
            while together := self._next():
                await self._do(together)
        finally:
            self._task = None

    def _next(self) -> list[_Waiting]:
        together: list[_Waiting] = []
        for queue in (self._urgent, self._waiting):
            while queue and len(together) < MOST_TOGETHER:
                waiting = queue.popleft()
                if not waiting.done.cancelled():  # whoever wanted it has gone
                    together.append(waiting)
        return together

    async def _do(self, together: list[_Waiting]) -> None:
        """Do works in one transaction; where one fails, each in its own.

        An error of the transaction itself is told to all: whether the commit came through is not
        known then, and whoever wanted it knows how to find out.
        """
        try:
            results = await self._committed(together)
        except _WorkFailedError:
            for one in together:
                await self._do([one])
        except Exception as error:
            for one in together:
                if not one.done.done():
                    one.done.set_exception(error)
        else:
            for one, result in zip(together, results, strict=True):
                if not one.done.done():
                    one.done.set_result(result)

    async def _committed(self, together: list[_Waiting]) -> list[object]:
        async with self._writing() as connection:
            if len(together) == 1:
                return [await together[0].work(connection)]
            try:
                return [await one.work(connection) for one in together]
            except Exception as error:
                raise _WorkFailedError from error
