"""Shows “Aurora is typing …” from when a message is taken in until its reply is there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
import discord

LONGEST_SECONDS = 120.0
"""However late a reply comes, nobody believes in somebody who types for longer."""


class TypingSigns:
    """The signs that are being shown."""

    def __init__(self) -> None:
        self._shown: dict[str, asyncio.Task[None]] = {}

    def begin(self, conversation: str, channel: discord.abc.Messageable) -> None:
        """Show the sign in a conversation, unless it is shown already."""
        if conversation not in self._shown:
            self._shown[conversation] = asyncio.create_task(self._show(conversation, channel))

    def end(self, conversation: str) -> None:
        """Take the sign away."""
        shown = self._shown.pop(conversation, None)
        if shown is not None:
            shown.cancel()

    async def close(self) -> None:
        """Take every sign away."""
        tasks = list(self._shown.values())
        self._shown.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, conversation: str, channel: discord.abc.Messageable) -> None:
        # A sign is no promise: where it cannot be shown the reply comes all the same.
        with suppress(TimeoutError, discord.HTTPException, aiohttp.ClientError, OSError):
            async with asyncio.timeout(LONGEST_SECONDS), channel.typing():
                await asyncio.Event().wait()
        if self._shown.get(conversation) is asyncio.current_task():
            del self._shown[conversation]
