"""Tells Telegram the commands, in every language; no interview waits for that.

The full list is Telegram's default, which private chats show; groups get a short one of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram_adapter.commands import MENU
from bot.adapters.telegram_adapter.errors import seconds_asked
from bot.clock import WakingClock
from bot.i18n import FALLBACK, Translator
from bot.workers import backoff

log = structlog.get_logger(__name__)

_IN_GROUPS = frozenset({"interview", "help"})
# Asking again will not help. The library takes a method that a server lacks for a bad token, too.
_REFUSALS = (BadRequest, Forbidden, InvalidToken)


@dataclass(frozen=True, slots=True)
class _Menu:
    """What is listed where, and for whom.

    Args:
        scope: the chats.
        language: the language of the client; None for those that there are no texts in.
        commands: the commands.
    """

    scope: BotCommandScope
    language: str | None
    commands: tuple[BotCommand, ...]


async def register_commands(bot: Bot, words: Translator, clock: WakingClock) -> None:
    """Register the commands; trouble is waited out, and a refusal only logged.

    Args:
        bot: the bot.
        words: the texts.
        clock: for the pauses between tries.
    """
    for menu in _menus(words):
        await _register(bot, menu, clock)


def _menus(words: Translator) -> Iterator[_Menu]:
    for scope, names in (
        (BotCommandScopeAllGroupChats(), _IN_GROUPS),
        (BotCommandScopeDefault(), {command.name for command in MENU}),
    ):
        for language in (None, *words.locales):
            locale = language or FALLBACK
            commands = tuple(
                BotCommand(command.name, words.text(locale, command.help_key))
                for command in MENU
                if command.name in names
            )
            yield _Menu(scope, language, commands)


async def _register(bot: Bot, menu: _Menu, clock: WakingClock) -> None:
    failures = 0
    while True:
        try:
            # What Telegram knows already is left alone: the call is limited harder than others.
            if await _known(bot, menu) != menu.commands:
                await bot.set_my_commands(menu.commands, menu.scope, menu.language)
        except TelegramError as error:
            log.warning("commands.unregistered", error=type(error).__qualname__)
            if isinstance(error, _REFUSALS):
                return
            asked = seconds_asked(error) if isinstance(error, RetryAfter) else None
            await clock.sleep(backoff(failures) if asked is None else asked)
            failures += 1
        else:
            return


async def _known(bot: Bot, menu: _Menu) -> tuple[BotCommand, ...] | None:
    """Return the commands that Telegram knows; None where it does not say."""
    try:
        return await bot.get_my_commands(menu.scope, menu.language)
    except Exception as error:  # whatever is wrong with asking, registering does no harm
        log.info("commands.unknown", error=type(error).__qualname__)
        return None
