"""Shows “Aurora is typing …” from when a message is taken in until its reply is there."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress

import aiohttp
import discord

from bot.adapters.intake import Intake

LONGEST_SECONDS = 120.0
"""However late a reply comes, nobody believes in somebody who types for longer."""


class _Sign:
    """One conversation's sign.

    Args:
        channel: where it is shown.
    """

    def __init__(self, channel: discord.abc.Messageable) -> None:
        self.channel = channel
        self.awaited = 1
        self.task: asyncio.Task[None] | None = None


class TypingSigns:
    """The signs that are being shown.

    Args:
        intake: told that somebody has not yet been shown anything.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._shown: dict[str, _Sign] = {}

    def begin(self, conversation: str, channel: discord.abc.Messageable) -> None:
        """Show the sign in a conversation until as many replies are there as were awaited."""
        sign = self._shown.get(conversation)
        if sign is not None:
            sign.awaited += 1
            return
        sign = self._shown[conversation] = _Sign(channel)
        self._show(conversation, sign)

    def end(self, conversation: str) -> None:
        """Note that a reply is there: Discord takes the sign away; more replies need it again."""
        sign = self._shown.get(conversation)
        if sign is None:
            return
        if sign.task is not None:
            sign.task.cancel()
        sign.awaited -= 1
        if sign.awaited:
            self._show(conversation, sign)
        else:
            del self._shown[conversation]

    async def close(self) -> None:
        """Take every sign away."""
        tasks = [sign.task for sign in self._shown.values() if sign.task is not None]
        self._shown.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _show(self, conversation: str, sign: _Sign) -> None:
        sign.task = asyncio.create_task(self._typing(conversation, sign))

    async def _typing(self, conversation: str, sign: _Sign) -> None:
        # A sign is no promise: where it cannot be shown the reply comes all the same.
        with suppress(TimeoutError, discord.HTTPException, aiohttp.ClientError, OSError):
            async with asyncio.timeout(LONGEST_SECONDS), AsyncExitStack() as shown:
                with self._intake.taking():
                    await shown.enter_async_context(sign.channel.typing())
                await asyncio.Event().wait()
        if self._shown.get(conversation) is sign:
            del self._shown[conversation]
