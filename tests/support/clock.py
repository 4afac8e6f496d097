"""A clock that tests set: time passes only when they say so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until `advance` is called; `next_sleep` shows who wants to be woken when."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._asked: asyncio.Queue[float] = asyncio.Queue()
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._now + timedelta(seconds=seconds), woken))
        self._asked.put_nowait(seconds)
        await woken.wait()

    async def next_sleep(self) -> float:
        """Wait until somebody goes to sleep, and return for how many seconds."""
        async with asyncio.timeout(10):
            return await self._asked.get()

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake everybody whose time has come."""
        self._now += timedelta(seconds=seconds)
        for due, woken in self._sleepers:
            if due <= self._now:
                woken.set()
        self._sleepers = [(due, woken) for due, woken in self._sleepers if due > self._now]


class LeapingClock:
    """Never lets anybody wait: whoever sleeps finds that the time has passed."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
