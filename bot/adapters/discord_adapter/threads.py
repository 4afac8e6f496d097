"""Opens the thread of an interview, and takes the interview in; also after a restart."""

from __future__ import annotations

from typing import Final

import discord
import structlog

from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.places import InterviewThread, Places
from bot.adapters.discord_adapter.starts import Start, Starts
from bot.adapters.discord_adapter.taking import Taking
from bot.errors import StorageError
from bot.interview.ports import Clock

log = structlog.get_logger(__name__)

_ARCHIVED_AFTER_MINUTES: Final = 10_080
_PUBLIC = discord.ChannelType.public_thread
_PRIVATE = discord.ChannelType.private_thread


class Threads:
    """Opens threads.

    Args:
        starts: remembers what is being opened.
        places: keeps threads.
        taking: knows which channels are new.
        clock: the time.
    """

    def __init__(self, starts: Starts, places: Places, taking: Taking, clock: Clock) -> None:
        self._starts = starts
        self._places = places
        self._taking = taking
        self._clock = clock

    async def open(
        self, start: Start, channel: discord.TextChannel, client: discord.Client
    ) -> discord.Thread:
        """Open the thread of an interview, and take the interview in.

        Args:
            start: the interview.
            channel: where the thread is to be opened.
            client: the client that opens it.

        Raises:
            discord.HTTPException: Discord refuses; nothing is opened later either.
            StorageError: it cannot be kept; it is opened at the next start.
        """
        try:
            thread = await self._create(start, channel)
        except (discord.HTTPException, *NETWORK):
            if not client.is_closed():  # where the program is ending, the next one opens it
                await self._starts.over(start)
            raise
        await self._take_in(start, thread)
        return thread

    async def unfinished(self) -> tuple[Start, ...]:
        """Return what was asked for and acknowledged before the program last ended.

        Raises:
            StorageError: the database cannot be used.
        """
        return await self._starts.unfinished()

    async def finish(self, client: discord.Client, unfinished: tuple[Start, ...]) -> None:
        """Open what is unfinished, as soon as it is known which threads there are."""
        await client.wait_until_ready()
        for start in unfinished:
            try:
                await self._finish(client, start)
            except (discord.DiscordException, StorageError, *NETWORK) as error:
                log.warning("gateway.start_unfinished", error=type(error).__qualname__)

    async def _finish(self, client: discord.Client, start: Start) -> None:
        channel = await client.fetch_channel(start.channel_id)
        if not isinstance(channel, discord.TextChannel):
            await self._starts.over(start)
            return
        opened = await self._opened_already(client, start)
        if opened is None:
            await self.open(start, channel, client)
        else:
            await self._take_in(start, opened)

    async def _opened_already(self, client: discord.Client, start: Start) -> discord.Thread | None:
        """Return the thread where it was opened just before the end, and not noted any more."""
        guild = client.get_guild(start.guild_id)
        own = client.user.id if client.user else 0
        for thread in guild.threads if guild else ():
            same = (thread.parent_id, thread.owner_id) == (start.channel_id, own)
            if same and thread.id > start.interaction_id:
                kept = await self._places.thread(thread.id)
                if thread.name == start.name and (kept is None or kept.owner_id == start.person_id):
                    return thread
        return None

    async def _create(self, start: Start, channel: discord.TextChannel) -> discord.Thread:
        public = discord.ChannelType.news_thread if channel.is_news() else _PUBLIC
        return await channel.create_thread(
            name=start.name,
            type=_PRIVATE if start.private else public,
            auto_archive_duration=_ARCHIVED_AFTER_MINUTES,
            invitable=False,
        )

    async def _take_in(self, start: Start, thread: discord.Thread) -> None:
        owner = InterviewThread(thread.id, start.guild_id, start.person_id, start.locale)
        await self._places.keep_thread(owner)
        await self._taking.opened(thread.id)
        await self._add(start, thread)
        await self._taking.submit(start.inbound(thread.id, self._clock.now()), thread)
        await self._starts.over(start)

    async def _add(self, start: Start, thread: discord.Thread) -> None:
        """Have the thread show up in the person's list; they get its address all the same."""
        try:
            await thread.add_user(discord.Object(start.person_id))
        except (discord.HTTPException, *NETWORK) as error:
            log.warning("gateway.person_not_added", error=type(error).__qualname__)
