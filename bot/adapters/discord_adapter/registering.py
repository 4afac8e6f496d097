"""The tree of slash commands: where they are offered, their registration, and their errors."""

from __future__ import annotations

from typing import Any, Protocol

import discord
import structlog
from discord import app_commands

from bot.adapters.discord_adapter.faults import NETWORK, delivery_error
from bot.adapters.discord_adapter.words import SlashWords
from bot.clock import WakingClock
from bot.workers import backoff

log = structlog.get_logger(__name__)

# In servers and directly with the bot; not among others, where it could not write anything.
_WHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
_BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
_REFUSED = 400


class CommandUser(Protocol):
    """Who is told that commands are being done: the client that they arrive at."""

    def begin_work(self) -> None:
        """Note that the running task is doing something."""

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell somebody that what they asked for was not done."""


class Tree(app_commands.CommandTree[Any]):
    """The commands.

    Args:
        client: the client that they arrive at.
        slash: told the ids that they get.
        clock: for the pauses between tries.
    """

    def __init__(self, client: discord.Client, slash: SlashWords, clock: WakingClock) -> None:
        super().__init__(client, allowed_contexts=_WHERE, allowed_installs=_BY_SERVERS)
        self._slash = slash
        self._clock = clock

    async def register(self) -> None:
        """Register the commands, as often as it takes; what Discord refuses is left at that.

        Interviews go on meanwhile: buttons and messages need no commands, and those of the last
        start work still.
        """
        attempts = 0
        while True:
            try:
                registered = await self.sync()
            except (discord.DiscordException, *NETWORK) as error:
                if _is_final(error):
                    log.error("gateway.commands_refused", error=str(error))  # noqa: TRY400 - says it all
                    return
                log.warning("gateway.commands_deferred", error=type(error).__qualname__)
                asked = delivery_error(error).retry_after
                await self._clock.sleep(backoff(attempts) if asked is None else asked)
                attempts += 1
            else:
                self._slash.registered({command.name: command.id for command in registered})
                return

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Note that a command is being done, as every command is."""
        client: CommandUser = interaction.client
        client.begin_work()
        return True

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell somebody that a command was not done."""
        client: CommandUser = interaction.client
        await client.failed(interaction, getattr(error, "original", error))


def _is_final(error: Exception) -> bool:
    """Whether Discord will refuse the same commands again."""
    if isinstance(error, app_commands.CommandSyncFailure | discord.Forbidden):
        return True
    return isinstance(error, discord.HTTPException) and error.status == _REFUSED
