"""Which platforms are configured, and how each one's adapter is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.adapters.discord_adapter.settings import BASE_URL as DISCORD_URL
from bot.adapters.discord_adapter.settings import DiscordSettings
from bot.adapters.intake import Intake
from bot.adapters.telegram_adapter.settings import TelegramSettings, api_address
from bot.clock import SystemClock
from bot.config import Settings
from bot.errors import ConfigError
from bot.i18n import Translator
from bot.interview.messages import Reply
from bot.interview.ports import Packs

TELEGRAM, DISCORD = "telegram", "discord"


class Adapter(Protocol):
    """What every platform's adapter does."""

    async def run(self) -> None:
        """Receive until cancelled."""

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Show a reply (see `bot.interview.ports.Messenger`)."""

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show what is known of a reply (see `bot.interview.ports.Previewer`)."""


@dataclass(frozen=True, slots=True)
class Only:
    """What the command line leaves out.

    Args:
        telegram, discord: whether only this one is to be started.
    """

    telegram: bool = False
    discord: bool = False

    def wants(self, platform: str) -> bool:
        """Whether a platform is to be started, if it is configured."""
        only = {TELEGRAM: self.telegram, DISCORD: self.discord}
        return only[platform] or not any(only.values())


Build = Callable[[Intake, Translator, Packs], Adapter]


def platforms(settings: Settings, only: Only) -> Mapping[str, Build]:
    """Return how to build the adapter of every platform that is to be started.

    Raises:
        ConfigError: there is none, or a setting of one cannot be used.
    """
    found: dict[str, Build] = {}
    telegram, discord = telegram_settings(settings), discord_settings(settings)
    if telegram is not None and only.wants(TELEGRAM):
        found[TELEGRAM] = lambda intake, words, _: _telegram(telegram, intake, words)
    if discord is not None and only.wants(DISCORD):
        found[DISCORD] = partial(_discord, discord)
    if not found:
        wanted = [name for name in (TELEGRAM, DISCORD) if only.wants(name)]
        tokens = " or ".join(f"AURORA_{name.upper()}_TOKEN" for name in wanted)
        raise ConfigError(f"no platform to start: set {tokens} (see .env.example)")
    return found


def received_by_one(settings: Settings) -> frozenset[str]:
    """Return the platforms that only one bot at a time can receive from.

    Telegram gives fetched updates to one, but sends them to whoever stands behind its webhook.
    Discord would tell everything to every connection.
    """
    return frozenset({DISCORD} if settings.telegram_webhook_url else {DISCORD, TELEGRAM})


def telegram_settings(settings: Settings) -> TelegramSettings | None:
    """Return Telegram's settings, None where it has no token.

    Raises:
        ConfigError: the token's file cannot be read, or a webhook has no secret.
    """
    token = settings.secret("telegram_token")
    if not token:
        return None
    secret = settings.telegram_webhook_secret.get_secret_value()
    if settings.telegram_webhook_url and not secret:
        raise ConfigError(
            "AURORA_TELEGRAM_WEBHOOK_URL needs AURORA_TELEGRAM_WEBHOOK_SECRET: without it anybody "
            "could send updates"
        )
    return TelegramSettings(
        token=token,
        base_url=api_address(settings.telegram_base_url),
        webhook_url=settings.telegram_webhook_url,
        webhook_secret=secret,
        webhook_host=settings.telegram_webhook_host,
        webhook_port=settings.telegram_webhook_port,
        locale=settings.locale,
    )


def discord_settings(settings: Settings) -> DiscordSettings | None:
    """Return Discord's settings, None where it has no token.

    Raises:
        ConfigError: the token's file cannot be read.
    """
    token = settings.secret("discord_token")
    if not token:
        return None
    return DiscordSettings(
        token=token,
        base_url=settings.discord_base_url or DISCORD_URL,
        message_content=settings.discord_message_content,
    )


def _telegram(settings: TelegramSettings, intake: Intake, words: Translator) -> Adapter:
    from bot.adapters.telegram_adapter.adapter import TelegramAdapter  # noqa: PLC0415 - only where used

    return TelegramAdapter(settings, intake, words, SystemClock())


def _discord(settings: DiscordSettings, intake: Intake, words: Translator, packs: Packs) -> Adapter:
    from bot.adapters.discord_adapter.adapter import DiscordAdapter  # noqa: PLC0415 - only where used

    return DiscordAdapter(settings, intake, words, SystemClock(), packs)
