"""At most so many calls within any period, as a platform counts them.

The limits are counted where the calls arrive, and how long one is on its way varies. So a place is
held from before a call is made until a whole period after it was acknowledged: however late or
early a call arrives in between, no period ever sees more of them than there are places.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.clock import WakingClock


class Throttle:
    """At most so many calls within any period, first come first served.

    Args:
        limit: calls.
        period: seconds.
        clock: the time.
    """

    def __init__(self, limit: int, period: float, clock: WakingClock) -> None:
        self._limit = limit
        self._period = timedelta(seconds=period)
        self._clock = clock
        self._held = 0
        self._free_at: deque[datetime] = deque()
        self._given_back = asyncio.Event()
        self._queue = asyncio.Lock()

    @property
    def idle(self) -> bool:
        """Whether nobody holds a place, waits for one, or held one within the last period."""
        self._forget()
        return not (self._held or self._free_at or self._queue.locked())

    @property
    def crowded(self) -> bool:
        """Whether half of the places are taken."""
        self._forget()
        return self._queue.locked() or 2 * (self._held + len(self._free_at)) >= self._limit

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place as long as a call is on its way."""
        async with self._queue:
            await self._room()
            self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._free_at.append(self._clock.now() + self._period)
            self._given_back.set()

    async def _room(self) -> None:
        while True:
            self._forget()
            if self._held + len(self._free_at) < self._limit:
                return
            if self._free_at:
                wait = self._free_at[0] - self._clock.now()
                await self._clock.sleep(wait.total_seconds())
            else:
                self._given_back.clear()
                await self._given_back.wait()

    def _forget(self) -> None:
        now = self._clock.now()
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()
