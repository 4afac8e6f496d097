"""Whenever something may have been missed, sees to it that it is fetched, as often as it takes."""

from __future__ import annotations

import asyncio

import discord
import structlog

from bot.adapters.discord_adapter.hearing import Hearing
from bot.clock import WakingClock
from bot.errors import StorageError
from bot.workers import backoff

log = structlog.get_logger(__name__)


class Following:
    """Follows up.

    Args:
        hearing: fetches what was missed.
        clock: for the pauses between tries.
    """

    def __init__(self, hearing: Hearing, clock: WakingClock) -> None:
        self._hearing = hearing
        self._clock = clock
        self._behind = asyncio.Event()

    def missed(self) -> None:
        """Note that something may have been missed."""
        self._behind.set()

    async def run(self, client: discord.Client) -> None:
        """Fetch what was missed whenever something may have been, until cancelled."""
        attempts = 0
        while True:
            await self._behind.wait()
            self._behind.clear()
            if await self._caught_up(client):
                attempts = 0
                continue
            await self._clock.sleep(backoff(attempts))
            attempts += 1
            self._behind.set()

    async def _caught_up(self, client: discord.Client) -> bool:
        try:
            return await self._hearing.catch_up(client)
        except StorageError as error:
            log.warning("gateway.catching_up_failed", error=type(error).__qualname__)
            return False
