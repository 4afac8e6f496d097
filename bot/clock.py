"""The time as the message path needs it: what it is now, and to be woken later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from bot.interview.ports import Clock


class WakingClock(Clock, Protocol):
    """A clock that can also be slept on, so that tests need not wait."""

    async def sleep(self, seconds: float) -> None:
        """Return when this much time has passed."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return when this much time has passed."""
        await asyncio.sleep(seconds)
