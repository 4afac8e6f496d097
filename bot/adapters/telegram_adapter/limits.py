"""How fast messages may be sent to Telegram: one limiter for everything that the bot sends.

The limits are counted where the messages arrive, and how long one is on its way varies. So a place
is held from before a message is sent until a whole period after it was acknowledged: however late
or early a message arrives in between, no period ever sees more of them than there are places.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.clock import WakingClock

OVERALL = (30, 1.0)  # messages, seconds
PRIVATE_CHAT = (1, 1.0)
GROUP = (20, 60.0)
_MANY_CHATS = 1_000


class Places:
    """At most so many messages within any period, first come first served.

    Args:
        limit: messages.
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
        """Hold a place as long as a message is on its way."""
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


class SendingLimits:
    """What every message passes on its way out.

    Args:
        clock: the time.
    """

    def __init__(self, clock: WakingClock) -> None:
        self._clock = clock
        self._overall = Places(*OVERALL, clock)
        self._chats: dict[int, Places] = {}
        self._paused_until = clock.now()
        # Another process may have sent until a moment ago, and it takes its count along.
        self._opens_at = clock.now() + timedelta(seconds=max(OVERALL[1], PRIVATE_CHAT[1]))

    @property
    def paused(self) -> bool:
        """Whether Telegram has asked to wait."""
        return self._clock.now() < self._paused_until

    @property
    def crowded(self) -> bool:
        """Whether what nothing depends on should leave the room to messages."""
        return self._closed_for() > 0 or self._overall.crowded

    @asynccontextmanager
    async def message(self, chat_id: int) -> AsyncIterator[None]:
        """Wait until a message may go to a chat; hold its places meanwhile.

        Args:
            chat_id: the chat; groups have negative ids.
        """
        async with self._chat(chat_id).place(), self.any_message():
            yield

    @asynccontextmanager
    async def any_message(self) -> AsyncIterator[None]:
        """Wait until something that is no message of its own, such as an edit, may be sent."""
        async with self._overall.place():
            while (wait := self._closed_for()) > 0:
                await self._clock.sleep(wait)
            yield

    def pause(self, seconds: float) -> None:
        """Send nothing for a while: Telegram says that there was too much.

        Within these limits that concerns the bot as a whole, hence everybody waits.
        """
        self._paused_until = max(self._paused_until, self._clock.now() + timedelta(seconds=seconds))

    def _closed_for(self) -> float:
        """Return the seconds until anything may be sent at all."""
        opens_at = max(self._opens_at, self._paused_until)
        return (opens_at - self._clock.now()).total_seconds()

    def _chat(self, chat_id: int) -> Places:
        if chat_id not in self._chats:
            if len(self._chats) >= _MANY_CHATS:
                self._chats = {c: p for c, p in self._chats.items() if not p.idle}
            limit = GROUP if chat_id < 0 else PRIVATE_CHAT
            self._chats[chat_id] = Places(*limit, self._clock)
        return self._chats[chat_id]
