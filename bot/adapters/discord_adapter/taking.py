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

from bot.adapters.discord_adapter.places import channel_of, conversation_of
from bot.adapters.discord_adapter.settings import PLATFORM
from bot.adapters.discord_adapter.typing_signs import TypingSigns
from bot.adapters.intake import Intake
from bot.adapters.recent import Recent
from bot.interview.messages import Inbound

log = structlog.get_logger(__name__)

_REMEMBERED = 10_000  # channels; what is no longer known of one is read again

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
        self._caught_up: Recent[int, int] = Recent(_REMEMBERED)
        self._begun: Recent[int, None] = Recent(_REMEMBERED)
        # Channel → the first message of it that could not be kept, and must be fetched again.
        self._owed: dict[int, int] = {}

    def gap(self, channel_id: int | None = None) -> None:
        """Note that events may have been missed in a channel; in every one where none is named."""
        if channel_id is None:
            self._connection += 1
        else:
            self._caught_up.forget(channel_id)

    @asynccontextmanager
    async def in_order(
        self,
        channel: discord.abc.Messageable,
        channel_id: int,
        take: Take,
        message_id: int | None = None,
    ) -> AsyncIterator[None]:
        """Hold a channel: events of it are taken in one after the other, what was missed first.

        Where nothing of the channel was ever taken in, nothing can have been missed.

        Args:
            channel: where to fetch what was missed.
            channel_id: its id.
            take: takes one missed message in.
            message_id: what is taken in, where it is a message of the channel: if that fails it is
                fetched again, also where it is the very first thing that was ever said there.

        Raises:
            StorageError: what was missed cannot be kept; it is fetched again next time.
            discord.HTTPException: what was missed cannot be fetched; likewise.
        """
        lock = self._locks.setdefault(channel_id, asyncio.Lock())
        with self._intake.taking():
            async with lock:
                connection = self._connection
                try:
                    if self._caught_up.get(channel_id) != connection:
                        await self._fetch_missed(channel, channel_id, take)
                        self._caught_up[channel_id] = connection
                    yield
                except Exception:
                    self._caught_up.forget(channel_id)
                    if message_id is not None:
                        self._owed.setdefault(channel_id, message_id)
                    raise

    async def submit(
        self,
        inbound: Inbound,
        channel: discord.abc.Messageable,
        *,
        message_id: int | None = None,
        since: int | None = None,
    ) -> bool:
        """Keep a message, and show that it is being read.

        Args:
            inbound: the message.
            channel: where it came from.
            message_id: its id where it is one of the channel: nothing up to it is fetched again.
            since: the id of the interaction that it came with: where it is the first thing of the
                channel, what is written after it can be missed.

        Returns:
            False when it was known already and nothing was added.

        Raises:
            StorageError: it cannot be kept.
        """
        channel_id = channel_of(inbound.conversation)
        if since is not None and channel_id not in self._begun:
            await self.passed(channel_id, since)
        fresh = await self._intake.submit(inbound)
        # What was edited has a sign already; one that no new message ends would stay.
        if fresh and inbound.edits is None and "under" not in inbound.options:
            self._signs.begin(inbound.conversation, channel)
        if message_id is not None:
            await self.passed(channel_id, message_id)
        return fresh

    async def passed(self, channel_id: int, message_id: int) -> None:
        """Note that nothing up to this message needs to be fetched again.

        Raises:
            StorageError: that cannot be kept.
        """
        await self._intake.keep_cursor(_stream(channel_id), str(message_id))
        self._begun[channel_id] = None

    async def opened(self, channel_id: int) -> None:
        """Note that a channel is new: there is nothing in it that could have been missed."""
        await self.passed(channel_id, channel_id)
        self._caught_up[channel_id] = self._connection

    async def open_channels(self) -> tuple[int, ...]:
        """Return the channels with an interview that has not ended.

        Raises:
            StorageError: the database cannot be used.
        """
        found = await self._intake.open_conversations(PLATFORM)
        return tuple(channel_of(conversation) for conversation in found)

    async def channels_behind(self) -> tuple[int, ...]:
        """Return the channels in which something may have been missed.

        Raises:
            StorageError: the database cannot be used.
        """
        return tuple(dict.fromkeys((*await self.open_channels(), *self._owed)))

    async def _fetch_missed(
        self, channel: discord.abc.Messageable, channel_id: int, take: Take
    ) -> None:
        left = await self._intake.cursor(_stream(channel_id))
        owed = self._owed.get(channel_id)
        if left is None and owed is not None:
            left = str(owed - 1)
        if left is None:
            return
        self._begun[channel_id] = None
        missed = 0
        try:
            after = discord.Object(int(left))
            async for message in channel.history(limit=None, after=after, oldest_first=True):
                await take(message)
                missed += 1
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("gateway.history_closed", channel=channel_id, code=error.code)
        self._owed.pop(channel_id, None)
        if missed:
            log.info("gateway.caught_up", conversation=conversation_of(channel_id), messages=missed)


def _stream(channel_id: int) -> str:
    return f"discord:channel:{channel_id}"
