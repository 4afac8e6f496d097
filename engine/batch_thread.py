"""A thread that computes what several turns wait for, together.

```mermaid
flowchart LR
    T1[turn] & T2[turn] --> L1[lane: encode]
    T3[turn] --> L2[lane: judge]
    L1 & L2 -- "by turns: all that waits there" --> C[computing thread] -- results --> T1 & T2 & T3
```

It takes what waits the moment that it has nothing to do, and sets no timer: one turn alone is
computed at once, and the more wait meanwhile, the more are computed together next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Protocol, TypeVar

Request = TypeVar("Request")


class Lane(Protocol[Request]):
    """Requests of one kind, which can be computed together.

    Args:
        waiting: those that wait, oldest first.
    """

    waiting: deque[Request]

    def take(self) -> Callable[[], None]:
        """Take out what is computed next and return its computation.

        Nothing may happen in the lane meanwhile. The computation reports to whoever waits, failures
        too, and raises nothing.
        """


class BatchThread:
    """Computes what waits in lanes, by turns.

    The thread ends with its last user; it keeps no process from ending.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = Lock()
        self._lanes: deque[Lane[Any]] = deque()
        self._busy = False

    def add(self, lane: Lane[Request], *requests: Request) -> None:
        """Have requests wait in a lane; returns at once."""
        with self._lock:
            if not lane.waiting:
                self._lanes.append(lane)
            lane.waiting.extend(requests)
            begins = not self._busy
            self._busy = True
        if begins:
            self._thread.submit(self._drain)

    def _drain(self) -> None:
        """Compute until nothing waits."""
        while (compute := self._next()) is not None:
            compute()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            if not self._lanes:
                self._busy = False
                return None
            lane = self._lanes.popleft()
            compute = lane.take()
            if lane.waiting:
                self._lanes.append(lane)
            return compute
