"""Asks each platform whether it takes what is configured, as ``doctor`` does before a start."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
from discord.http import Route
from telegram.error import InvalidToken, TelegramError

from bot.adapters.discord_adapter.settings import DiscordSettings
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.adapters.telegram_adapter.wire_bot import WireBot
from bot.errors import ConfigError

_PATIENCE_SECONDS = 20.0


async def check_telegram(settings: TelegramSettings) -> str:
    """Return which bot the token is of (``getMe``).

    Raises:
        ConfigError: Telegram refuses the token, or does not answer.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), WireBot(settings) as bot:
            return f"@{bot.username}"
    except InvalidToken:  # the library's own message holds the token
        raise ConfigError(
            "refuses the token; ask BotFather for it and set AURORA_TELEGRAM_TOKEN"
        ) from None
    except (TelegramError, TimeoutError) as error:
        raise ConfigError(f"does not answer ({type(error).__qualname__})") from None


async def check_discord(settings: DiscordSettings) -> str:
    """Return which bot the token is of, after a login and a look at the gateway.

    Raises:
        ConfigError: Discord refuses the token or the intent, or does not answer.
    """
    Route.BASE = settings.base_url
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), client:
            await client.login(settings.token)
            shards, _, sessions = await client.http.get_bot_gateway()
            _check_intent(client.application, wanted=settings.message_content)
            left = sessions["remaining"]
            found = f"{client.user}, {shards} shard(s), {left} logins left today"
    except discord.LoginFailure:
        raise ConfigError(
            "refuses the token; reset it in the developer portal under Bot and set "
            "AURORA_DISCORD_TOKEN"
        ) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise ConfigError(f"does not answer ({type(error).__qualname__})") from None
    if left == 0:
        raise ConfigError("allows no more logins today: the bot was started too often")
    return found


def _check_intent(application: discord.AppInfo | None, *, wanted: bool) -> None:
    if application is None or not wanted:
        return
    flags = application.flags
    if not (flags.gateway_message_content or flags.gateway_message_content_limited):
        raise ConfigError(
            "has the Message Content Intent switched off for this bot; switch it on in the "
            "developer portal under Bot, or unset AURORA_DISCORD_MESSAGE_CONTENT"
        )
