"""The Telegram adapter in a process of its own, made to be killed: it fills a real inbox."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

from bot.adapters.telegram_adapter.adapter import TelegramAdapter
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.clock import SystemClock
from bot.i18n import Translator
from bot.intake import DurableIntake
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.places import Places


def run(url: str, token: str, base_url: str) -> None:
    """Receive from a Bot API server until killed."""
    asyncio.run(_receive(url, TelegramSettings(token, base_url)))


async def _receive(url: str, settings: TelegramSettings) -> None:
    database, clock = Database(url), SystemClock()
    inbox = Inbox(database, clock)
    intake = DurableIntake(inbox.accept, inbox.waiting, nullcontext, Places(database))
    await TelegramAdapter(settings, intake, Translator.load(), clock).run()
