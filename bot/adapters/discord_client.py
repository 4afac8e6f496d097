"""The connection to Discord: which events are heard, and who is told of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord_acting import Acting
from bot.adapters.discord_buttons import Press, PressButton, PressMenu
from bot.adapters.discord_commands import Commands
from bot.adapters.discord_faults import NETWORK
from bot.adapters.discord_forms import read_form
from bot.adapters.discord_hearing import Hearing
from bot.adapters.discord_settings import BASE_URL, DiscordSettings
from bot.adapters.discord_taking import Taking
from bot.adapters.discord_words import CatalogueTranslator, SlashWords
from bot.clock import WakingClock
from bot.errors import StorageError
from bot.i18n import Translator
from bot.workers import backoff, origin

log = structlog.get_logger(__name__)

_BETWEEN_SHARDS_SECONDS = 5.0
_LAST_WORK_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
"""However long Discord asks to wait, a call that it refuses for longer is given up instead."""


class AuroraClient(discord.AutoShardedClient):
    """Hears Discord, and passes on what it hears.

    Args:
        settings: how Discord is reached.
        hearing: told of messages and channels.
        acting: told of presses and forms.
        taking: told of new connections.
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
        taking: Taking,
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
        )
        self._settings = settings
        self._hearing = hearing
        self._acting = acting
        self._taking = taking
        self._commands = commands
        self._slash = slash
        self._words = words
        self._clock = clock
        self._tree = _Tree(self)
        self._behind = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[Any]] = set()
        Route.BASE = settings.base_url

    async def setup_hook(self) -> None:
        """Register buttons and commands, once the bot is logged in."""
        self.add_dynamic_items(PressButton, PressMenu)
        self._following = asyncio.create_task(self._follow())
        self._at_work.add(self._following)
        if self._settings.base_url != BASE_URL:
            _, gateway, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        self._commands.add_to(self._tree)
        await self._tree.set_translator(CatalogueTranslator(self._words))
        try:
            registered = await self._tree.sync()
        except discord.DiscordException as error:
            # Interviews go on: buttons and messages need no commands.
            log.error("gateway.commands_refused", error=str(error))  # noqa: TRY400 - says it all
            return
        self._slash.registered({command.name: command.id for command in registered})

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - the library's signature
        *,
        initial: bool = False,
    ) -> None:
        """Keep Discord's distance between shards that sign on."""
        if not initial:
            await self._clock.sleep(_BETWEEN_SHARDS_SECONDS)

    async def close(self) -> None:
        """Let what is being taken in be kept, then end the connection."""
        if self._following is not None:
            self._following.cancel()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=_LAST_WORK_SECONDS)
        await super().close()

    async def on_connect(self) -> None:
        """Fetch what was missed: a new session is told nothing of the time before it."""
        self._taking.gap()
        self._behind.set()

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
            await self._acting.press(interaction, press)
        except Exception as error:
            await self.failed(interaction, error)

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell somebody that what they asked for was not done."""
        name = type(error).__qualname__
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
        self._behind.set()

    async def _follow(self) -> None:
        """Whenever something may have been missed, fetch it, as often as it takes."""
        attempts = 0
        while True:
            await self._behind.wait()
            self._behind.clear()
            if await self._caught_up():
                attempts = 0
                continue
            await self._clock.sleep(backoff(attempts))
            attempts += 1
            self._behind.set()

    async def _caught_up(self) -> bool:
        try:
            return await self._hearing.catch_up(self)
        except StorageError as error:
            log.warning("gateway.catching_up_failed", error=type(error).__qualname__)
            return False


class _Tree(app_commands.CommandTree[AuroraClient]):
    """The commands, with their errors told to people."""

    async def interaction_check(self, interaction: discord.Interaction[AuroraClient], /) -> bool:
        """Note that a command is being done, as every command is."""
        interaction.client.begin_work()
        return True

    async def on_error(
        self, interaction: discord.Interaction[AuroraClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell somebody that a command was not done."""
        await interaction.client.failed(interaction, getattr(error, "original", error))
