"""Takes messages in: durably, in each channel's order, with no gap after a lost connection.

Whatever was said while nobody listened is fetched, once per connection and channel, before
anything newer of that channel is taken in.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import discord
import structlog

from bot.adapters.discord_places import channel_of, conversation_of
from bot.adapters.discord_settings import PLATFORM
from bot.adapters.discord_typing import TypingSigns
from bot.adapters.intake import Intake
from bot.interview.messages import Inbound

log = structlog.get_logger(__name__)

Take = Callable[[discord.Message], Awaitable[None]]
"""Takes in one message of a channel that was missed."""


class Taking:
    """Takes messages in.

    Args:
        intake: where they are kept.
        signs: shows that they are being read.
    """

    def __init__(self, intake: Intake, signs: TypingSigns) -> None:
        self._intake = intake
        self._signs = signs
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._connection = 0
        self._caught_up: dict[int, int] = {}

    def gap(self) -> None:
        """Note that events may have been missed in every channel."""
        self._connection += 1

    @asynccontextmanager
    async def in_order(
        self, channel: discord.abc.Messageable, channel_id: int, at: int, take: Take
    ) -> AsyncIterator[None]:
        """Hold a channel: events of it are taken in one after the other, what was missed first.

        Args:
            channel: where to fetch what was missed.
            channel_id: its id.
            at: the event that the channel is held for: where nothing of the channel was ever
                taken in, only what follows it can be missed.
            take: takes one missed message in.

        Raises:
            StorageError: what was missed cannot be kept; it is fetched again next time.
            discord.HTTPException: what was missed cannot be fetched; likewise.
        """
        lock = self._locks.setdefault(channel_id, asyncio.Lock())
        async with lock:
            connection = self._connection
            if self._caught_up.get(channel_id) != connection:
                await self._fetch_missed(channel, channel_id, at, take)
                self._caught_up[channel_id] = connection
            try:
                yield
            except Exception:
                self._caught_up.pop(channel_id, None)
                raise

    async def submit(
        self, inbound: Inbound, channel: discord.abc.Messageable, message_id: int | None = None
    ) -> bool:
        """Keep a message, and show that it is being read.

        Args:
            inbound: the message.
            channel: where it came from.
            message_id: its id where it is one of the channel: nothing up to it is fetched again.

        Returns:
            False when it was known already and nothing was added.

        Raises:
            StorageError: it cannot be kept.
        """
        fresh = await self._intake.submit(inbound)
        if fresh:
            self._signs.begin(inbound.conversation, channel)
        if message_id is not None:
            await self.passed(channel_of(inbound.conversation), message_id)
        return fresh

    async def passed(self, channel_id: int, message_id: int) -> None:
        """Note that nothing up to this message needs to be fetched again.

        Raises:
            StorageError: that cannot be kept.
        """
        await self._intake.keep_cursor(_stream(channel_id), str(message_id))

    async def opened(self, channel_id: int) -> None:
        """Note that a channel is new: there is nothing in it that could have been missed."""
        await self._intake.keep_cursor(_stream(channel_id), str(channel_id))
        self._caught_up[channel_id] = self._connection

    async def open_channels(self) -> tuple[int, ...]:
        """Return the channels with an interview that has not ended.

        Raises:
            StorageError: the database cannot be used.
        """
        found = await self._intake.open_conversations(PLATFORM)
        return tuple(channel_of(conversation) for conversation in found)

    async def _fetch_missed(
        self, channel: discord.abc.Messageable, channel_id: int, at: int, take: Take
    ) -> None:
        left = await self._intake.cursor(_stream(channel_id))
        if left is None:
            await self._intake.keep_cursor(_stream(channel_id), str(at - 1))
            return
        missed = 0
        try:
            after = discord.Object(int(left))
            async for message in channel.history(limit=None, after=after, oldest_first=True):
                await take(message)
                missed += 1
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("gateway.history_closed", channel=channel_id, code=error.code)
        if missed:
            log.info("gateway.caught_up", conversation=conversation_of(channel_id), messages=missed)


def _stream(channel_id: int) -> str:
    return f"discord:channel:{channel_id}"
