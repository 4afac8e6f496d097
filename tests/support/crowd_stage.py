"""A platform's server with the bot on it, as a process of its own, for a crowd to come to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from tests.support.bot_process import BotProcess
from tests.support.command import ROOT
from tests.support.crowd import DiscordSide, Side, TelegramSide
from tests.support.discord_server import TOKEN as DISCORD_TOKEN
from tests.support.discord_server import DiscordServer
from tests.support.telegram_server import TOKEN as TELEGRAM_TOKEN
from tests.support.telegram_server import TelegramServer

_STARTING_SECONDS = 120.0


@dataclass(frozen=True)
class Stage:
    """A platform with the bot on it."""

    side: Side
    bot: BotProcess
    telegram: TelegramServer | None = None
    discord: DiscordServer | None = None

    @property
    def violations(self) -> int:
        """How often the bot did what a well-behaved one never does."""
        if self.telegram is not None:
            return len(self.telegram.violations)
        assert self.discord is not None
        rest = self.discord.rest
        return len(rest.unknown) + rest.buckets.broken + rest.overall.broken + rest.hasty


@asynccontextmanager
async def on_telegram(
    folder: Path, tree: Path = ROOT, *, models: bool = False
) -> AsyncIterator[Stage]:
    """Have the bot run on Telegram, with the bundled models or without."""
    async with TelegramServer(SystemClock()) as server:
        settings = {
            "AURORA_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "AURORA_TELEGRAM_BASE_URL": server.base_url,
        }
        async with BotProcess(folder, settings, tree, models=models) as bot:
            await server.world.until(lambda: bool(server.called("getUpdates")), _STARTING_SECONDS)
            yield Stage(TelegramSide(server), bot, telegram=server)


@asynccontextmanager
async def on_discord(folder: Path, tree: Path = ROOT) -> AsyncIterator[Stage]:
    """Have the bot run on Discord."""
    async with DiscordServer() as server:
        settings = {
            "AURORA_DISCORD_TOKEN": DISCORD_TOKEN,
            "AURORA_DISCORD_BASE_URL": server.base_url,
        }
        async with BotProcess(folder, settings, tree) as bot:
            await server.until(
                lambda: server.gateway.sessions and server.rest.commands, _STARTING_SECONDS
            )
            yield Stage(DiscordSide(server), bot, discord=server)


PLATFORMS = {"telegram": on_telegram, "discord": on_discord}
