"""The connection to Discord: which events are heard, and who is told of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.buttons import SHARE, Press, PressButton, PressMenu
from bot.adapters.discord_adapter.calling import OVERALL, overall_limit
from bot.adapters.discord_adapter.commands import Commands
from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.following import Following
from bot.adapters.discord_adapter.forms import read_form
from bot.adapters.discord_adapter.guarding import guard
from bot.adapters.discord_adapter.hearing import Hearing
from bot.adapters.discord_adapter.registering import Tree
from bot.adapters.discord_adapter.settings import BASE_URL, DiscordSettings
from bot.adapters.discord_adapter.sharing import Sharing
from bot.adapters.discord_adapter.taking import Taking
from bot.adapters.discord_adapter.threads import Threads
from bot.adapters.discord_adapter.words import CatalogueTranslator, SlashWords
from bot.adapters.throttle import Throttle
from bot.clock import WakingClock
from bot.errors import StorageError
from bot.i18n import Translator
from bot.workers import origin

log = structlog.get_logger(__name__)

_BETWEEN_SESSIONS_SECONDS = 5.0
"""Discord lets one session begin in so many seconds."""
_AFTER_A_SESSION_SECONDS = 1.0
"""It wants a new one to wait at least so long after the last one was lost."""
_LAST_WORK_SECONDS = 1.0
_REGISTERING_SECONDS = 5.0
"""Whoever is first in line should find the commands; nobody waits for them longer."""
_LONGEST_WAIT_SECONDS = 60.0
"""However long Discord asks to wait, a call that it refuses for longer is given up instead."""


class AuroraClient(discord.AutoShardedClient):
    """Hears Discord, and passes on what it hears.

    Args:
        settings: how Discord is reached.
        hearing: told of messages and channels.
        acting: told of presses and forms.
        sharing: told of presses that are for the channel.
        taking: told of new connections.
        threads: opens what was left unopened.
        commands: the slash commands.
        slash: told the ids that they get.
        words: the texts.
        clock: for pauses.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        settings: DiscordSettings,
        hearing: Hearing,
        acting: Acting,
        sharing: Sharing,
        taking: Taking,
        threads: Threads,
        commands: Commands,
        slash: SlashWords,
        words: Translator,
        clock: WakingClock,
    ) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = settings.message_content
        super().__init__(
            intents=intents,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=_LONGEST_WAIT_SECONDS,
            http_trace=overall_limit(Throttle(*OVERALL, clock)),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._settings = settings
        self._hearing = hearing
        self._acting = acting
        self._sharing = sharing
        self._taking = taking
        self._threads = threads
        self._commands = commands
        self._words = words
        self._clock = clock
        self._tree = Tree(self, slash, clock)
        self._following = Following(hearing, clock)
        self._going_on: set[asyncio.Task[None]] = set()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._session_began = 0.0
        guard(self._connection.parsers, self._made_no_sense)
        Route.BASE = settings.base_url

    async def setup_hook(self) -> None:
        """Register buttons and commands, once the bot is logged in."""
        self.add_dynamic_items(PressButton, PressMenu)
        if self._settings.base_url != BASE_URL:
            _, gateway, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        self._commands.add_to(self._tree)
        await self._tree.set_translator(CatalogueTranslator(self._words))
        following = asyncio.create_task(self._following.run(self))
        registering = asyncio.create_task(self._tree.register())
        self._going_on = {following, registering}
        self._at_work.add(following)
        if unfinished := await self._threads.unfinished():
            finishing = asyncio.create_task(self._threads.finish(self, unfinished))
            self._going_on.add(finishing)
            self._at_work.add(finishing)
        await asyncio.wait({registering}, timeout=_REGISTERING_SECONDS)

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - the library's signature
        *,
        initial: bool = False,
    ) -> None:
        """Keep Discord's distance between sessions that begin."""
        now = asyncio.get_running_loop().time
        if not initial:
            left = self._session_began + _BETWEEN_SESSIONS_SECONDS - now()
            await self._clock.sleep(max(left, _AFTER_A_SESSION_SECONDS))
        self._session_began = now()

    async def close(self) -> None:
        """Let what is being taken in be kept, then end the connection."""
        for task in self._going_on:
            task.cancel()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=_LAST_WORK_SECONDS)
        await super().close()

    async def on_connect(self) -> None:
        """Fetch what was missed: a new session is told nothing of the time before it."""
        self._taking.gap()
        self._following.missed()

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note that a shard is at work."""
        log.info("gateway.shard_ready", shard=shard_id)

    async def on_message(self, message: discord.Message) -> None:
        """Take in a message."""
        self.begin_work()
        try:
            await self._hearing.message(message, self._own_id())
        except (StorageError, discord.DiscordException, *NETWORK) as error:
            self._missed(error)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Take in the change of a message."""
        self.begin_work()
        try:
            await self._hearing.edit(payload.message, self._own_id())
        except (StorageError, discord.DiscordException, *NETWORK) as error:
            self._missed(error)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Tell whose interview is gone."""
        self.begin_work()
        await self._hearing.thread_deleted(payload.thread_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Tell whose interviews cannot go on."""
        self.begin_work()
        await self._hearing.removed(guild)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take in a form; commands, buttons and menus are passed on by the library."""
        text = read_form(interaction)
        if text is None:
            return
        self.begin_work()
        try:
            await self._acting.form(interaction, text)
        except Exception as error:
            await self.failed(interaction, error)

    async def pressed(self, interaction: discord.Interaction[Any], press: Press) -> None:
        """Do what a button or a menu asks for."""
        self.begin_work()
        try:
            if press.what == SHARE:
                await self._sharing.share(interaction, press.options)
            else:
                await self._acting.press(interaction, press)
        except Exception as error:
            await self.failed(interaction, error)

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell somebody that what they asked for was not done."""
        name = type(error).__qualname__
        if self.is_closed():  # what was kept is done by the next client
            log.info("gateway.interaction_cut_off", error=name)
            return
        log.error("gateway.interaction_failed", error=name, origin=origin(error))
        with suppress(discord.HTTPException, *NETWORK):
            await self._acting.apologise(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log what went wrong in an event; what was written stays out of the log."""
        log.exception("gateway.event_failed", event_name=event_method)

    def begin_work(self) -> None:
        """Have `close` wait for the running task: cut off, it might leave the database waiting."""
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

    def _own_id(self) -> int:
        return self.user.id if self.user else 0

    def _missed(self, error: Exception) -> None:
        log.warning("gateway.message_missed", error=type(error).__qualname__)
        self._following.missed()

    def _made_no_sense(self, event: str, data: Any, error: Exception) -> None:
        """Log an event that could not be read; if it was a message, fetch it."""
        name = type(error).__qualname__
        log.error("gateway.event_unreadable", event_name=event, error=name, origin=origin(error))
        channel_id = str(data.get("channel_id", "")) if isinstance(data, dict) else ""
        if event.startswith("MESSAGE_") and channel_id.isdecimal():
            self._taking.gap(int(channel_id))
            self._following.missed()
