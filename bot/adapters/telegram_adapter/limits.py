"""How fast messages may be sent to Telegram: one limiter for everything that the bot sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.adapters.throttle import Throttle
from bot.clock import WakingClock

OVERALL = (30, 1.0)  # messages, seconds
PRIVATE_CHAT = (1, 1.0)
GROUP = (20, 60.0)
_MANY_CHATS = 1_000


class SendingLimits:
    """What every message passes on its way out.

    Args:
        clock: the time.
    """

    def __init__(self, clock: WakingClock) -> None:
        self._clock = clock
        self._overall = Throttle(*OVERALL, clock)
        self._chats: dict[int, Throttle] = {}
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

    def _chat(self, chat_id: int) -> Throttle:
        if chat_id not in self._chats:
            if len(self._chats) >= _MANY_CHATS:
                self._chats = {c: p for c, p in self._chats.items() if not p.idle}
            limit = GROUP if chat_id < 0 else PRIVATE_CHAT
            self._chats[chat_id] = Throttle(*limit, self._clock)
        return self._chats[chat_id]
