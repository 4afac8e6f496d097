"""Calls that wait, bounded, and taken by turns from each conversation.

```mermaid
stateDiagram-v2
    [*] --> Waiting: put
    Waiting --> InWork: get, once the conversation has none in work and it is its turn
    InWork --> [*]: finished
    Waiting --> [*]: close
```
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

from engine.errors import OverloadedError

Item = TypeVar("Item")

# Of the places in the queue, one conversation gets so many at most.
_SHARE = 8


class FairQueue(Generic[Item]):
    """Holds calls by conversation; used on the event loop, and emptied by one task.

    Args:
        limit: how many may wait.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._share = max(1, limit // _SHARE)
        # In the order in which their turn comes; a conversation in work is not among them.
        self._ready: OrderedDict[str, deque[Item]] = OrderedDict()
        self._in_work: dict[str, deque[Item]] = {}
        self._waiting = 0
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    @property
    def in_work(self) -> int:
        """How many were taken and are not finished."""
        return len(self._in_work)

    def put(self, conversation: str, item: Item) -> None:
        """Have a call wait.

        Raises:
            OverloadedError: there are too many, of all or of this conversation.
        """
        if self._waiting >= self._limit:
            raise OverloadedError(f"{self._limit} calls are waiting already; try again later")
        busy = self._in_work.get(conversation)
        lane = self._ready.setdefault(conversation, deque()) if busy is None else busy
        if len(lane) >= self._share:
            raise OverloadedError(
                f"{self._share} calls of this conversation are waiting already; try again later"
            )
        lane.append(item)
        self._waiting += 1
        self._changed.set()

    async def get(self) -> tuple[str, Item] | None:
        """Return the next call with its conversation; None once the queue is closed."""
        while not self._ready:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        conversation, lane = self._ready.popitem(last=False)
        self._in_work[conversation] = lane
        self._waiting -= 1
        return conversation, lane.popleft()

    def finished(self, conversation: str) -> None:
        """Let the next call of a conversation be taken, after those of all others."""
        lane = self._in_work.pop(conversation)
        if lane:
            self._ready[conversation] = lane
            self._changed.set()

    def close(self) -> list[Item]:
        """Return what waits; nothing can be taken any more."""
        lanes = [*self._ready.values(), *self._in_work.values()]
        left = [item for lane in lanes for item in lane]
        for lane in lanes:
            lane.clear()
        self._ready.clear()
        self._waiting = 0
        self._closed = True
        self._changed.set()
        return left
