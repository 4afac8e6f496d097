"""Hears what happens in channels: messages, edits, threads deleted, servers left."""

from __future__ import annotations

from collections.abc import Mapping

import discord
import structlog

from bot.adapters.discord_adapter.helpline import Helpline
from bot.adapters.discord_adapter.places import Places
from bot.adapters.discord_adapter.pointing import Pointing
from bot.adapters.discord_adapter.reading import Reader, is_said
from bot.adapters.discord_adapter.starts import Starts
from bot.adapters.discord_adapter.taking import Taking
from bot.adapters.discord_adapter.words import language_of_text

log = structlog.get_logger(__name__)


class Hearing:
    """Hears.

    Args:
        taking: takes messages in.
        places: knows the threads.
        reader: translates.
        pointing: points people to where they can be heard.
        helpline: tells people what they can mend.
        starts: knows whether a thread is being opened.
        message_content: whether answers can be typed in threads.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        taking: Taking,
        places: Places,
        reader: Reader,
        pointing: Pointing,
        helpline: Helpline,
        starts: Starts,
        message_content: bool,
    ) -> None:
        self._taking = taking
        self._places = places
        self._reader = reader
        self._pointing = pointing
        self._helpline = helpline
        self._starts = starts
        self._message_content = message_content

    async def message(self, message: discord.Message, bot_id: int) -> None:
        """Take in what somebody wrote; in a channel where no interview is held, point to one.

        Raises:
            StorageError: it cannot be kept; it is fetched again by `catch_up`.
            discord.HTTPException: what was missed before it cannot be fetched; likewise.
        """
        if not is_said(message):
            return
        taken, channel = False, message.channel
        if _may_be_interview(channel, bot_id):
            async with self._taking.in_order(channel, channel.id, self.take, message.id):
                await self.take(message)
                taken = not _in_guild(channel) or await self._places.thread(channel.id) is not None
        if taken:
            return
        if any(user.id == bot_id for user in message.mentions):
            await self._pointing.to_start(message)
        elif _is_own_thread(channel, bot_id) and not self._starts.under_way:
            await self._pointing.to_new(message)

    async def edit(self, message: discord.Message, bot_id: int) -> None:
        """Take in the change of a message. That a link got its preview is none.

        Raises:
            StorageError: it cannot be kept.
            discord.HTTPException: what was missed before it cannot be fetched.
        """
        changed = message.edited_at is not None and message.content and is_said(message)
        if not changed or not _may_be_interview(message.channel, bot_id):
            return
        channel = message.channel
        async with self._taking.in_order(channel, channel.id, self.take):
            options = await self._options(message)
            if options is not None:
                await self._taking.submit(self._reader.edited(message, options), channel)

    async def catch_up(self, client: discord.Client) -> bool:
        """Fetch what was missed in every open interview, and what could not be kept anywhere.

        Returns:
            Whether all of it is there; the rest may be fetched later.

        Raises:
            StorageError: it is not known which interviews are open.
        """
        caught_up = [
            await self._caught_up(client, channel_id)
            for channel_id in await self._taking.channels_behind()
        ]
        return all(caught_up)

    async def take(self, message: discord.Message) -> None:
        """Take in one message of a channel that is held already (`Taking.in_order`).

        Raises:
            StorageError: it cannot be kept.
        """
        options = await self._options(message) if is_said(message) else None
        if options is None:
            return
        inbound = self._reader.said(message, options)
        if inbound.text or self._message_content or not _in_guild(message.channel):
            await self._taking.submit(inbound, message.channel, message_id=message.id)
            return
        # Without the message-content intent Discord keeps from the bot what people write.
        await self._pointing.to_form(message, options["default_locale"])
        await self._taking.passed(message.channel.id, message.id)

    async def thread_deleted(self, thread_id: int) -> None:
        """Tell whose interview was held in a thread that it is gone."""
        thread = await self._places.thread(thread_id)
        if thread is not None and thread_id in await self._taking.open_channels():
            await self._helpline.deleted(thread)

    async def removed(self, guild: discord.Guild) -> None:
        """Tell everybody with an open interview in a server that the bot was removed from it."""
        log.warning("gateway.removed_from_server", guild=guild.id)
        for channel_id in await self._taking.open_channels():
            thread = await self._places.thread(channel_id)
            if thread is not None and thread.guild_id == guild.id:
                await self._helpline.removed(thread, guild.name)

    async def _caught_up(self, client: discord.Client, channel_id: int) -> bool:
        thread = await self._places.thread(channel_id)
        guild_id = thread.guild_id if thread else None
        channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
        try:
            async with self._taking.in_order(channel, channel_id, self.take):
                return True
        except Exception as error:  # one channel that cannot be read must not keep the others back
            name = type(error).__qualname__
            log.warning("gateway.catching_up_failed", channel=channel_id, error=name)
            return False

    async def _options(self, message: discord.Message) -> Mapping[str, str] | None:
        """Return what the place suggests; None where the message is no part of an interview."""
        thread = await self._places.thread(message.channel.id)
        if thread is None:
            return None if _in_guild(message.channel) else _direct_options(message)
        return {"default_locale": thread.locale} if message.author.id == thread.owner_id else None


def _direct_options(message: discord.Message) -> Mapping[str, str]:
    """Return what a direct message suggests: of its writer's client Discord tells nothing there."""
    language = language_of_text(message.content)
    return {"default_locale": language} if language else {}


def _in_guild(channel: discord.abc.MessageableChannel) -> bool:
    if isinstance(channel, discord.PartialMessageable):
        return channel.guild_id is not None
    return channel.guild is not None


def _may_be_interview(channel: discord.abc.MessageableChannel, bot_id: int) -> bool:
    """Whether a channel is direct, a thread of the bot's own, or not known well enough to tell."""
    if isinstance(channel, discord.Thread):
        return _is_own_thread(channel, bot_id)
    return isinstance(channel, discord.DMChannel | discord.PartialMessageable)


def _is_own_thread(channel: discord.abc.MessageableChannel, bot_id: int) -> bool:
    return isinstance(channel, discord.Thread) and channel.owner_id == bot_id
