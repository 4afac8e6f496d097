"""The adapter at work against the Bot API server, with an intake that tests look into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.intake import Intake
from bot.adapters.telegram_adapter.adapter import TelegramAdapter
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.clock import WakingClock
from bot.i18n import Translator
from tests.support.clock import FakeClock, LeapingClock
from tests.support.intake import FakeIntake
from tests.support.telegram_server import TOKEN, TelegramServer
from tests.support.telegram_world import World

WORDS = Translator.load(strict=True)


@dataclass
class Stage:
    """Everything that a test of the adapter touches."""

    server: TelegramServer
    intake: FakeIntake
    clock: LeapingClock | FakeClock
    adapter: TelegramAdapter

    @property
    def world(self) -> World:
        return self.server.world

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the adapter receive meanwhile; it must not end by itself."""
        async with receiving(self.adapter):
            yield

    async def restart(self) -> None:
        """Put a new adapter in the place of the old, as after a crash."""
        await self.adapter.close()
        self.adapter = adapter_for(self.server, self.intake, self.clock)
        self.clock.advance(1)


@asynccontextmanager
async def on_telegram(
    clock: LeapingClock | FakeClock | None = None, **settings: str | int
) -> AsyncIterator[Stage]:
    """Set a server and an adapter up that is not yet running.

    On leaving, the adapter must have kept to all of Telegram's rules.
    """
    clock, intake = clock or LeapingClock(), FakeIntake()
    async with TelegramServer(clock) as server:
        stage = Stage(server, intake, clock, adapter_for(server, intake, clock, **settings))
        clock.advance(1)  # what an earlier process may have sent is a second ago
        try:
            yield stage
        finally:
            await stage.adapter.close()
    assert server.violations == []


def adapter_for(
    server: TelegramServer, intake: Intake, clock: WakingClock, **settings: str | int
) -> TelegramAdapter:
    """Return an adapter that only its settings lead to the server."""
    make: Callable[..., TelegramSettings] = TelegramSettings
    given = {"token": TOKEN, "base_url": server.base_url, **settings}
    return TelegramAdapter(make(**given), intake, WORDS, clock)


@asynccontextmanager
async def receiving(adapter: TelegramAdapter) -> AsyncIterator[None]:
    """Run an adapter meanwhile; it must not end by itself."""
    running = asyncio.create_task(adapter.run())
    try:
        yield
        assert not running.done(), running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
