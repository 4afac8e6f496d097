"""Shows that Aurora is at work: typing, and when that lasts, a draft that says so.

A draft lives half a minute on the person's screen and is no message; the reply that takes its place
always comes as a real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import structlog
from telegram.constants import ChatAction
from telegram.error import RetryAfter, TelegramError

from bot.adapters.telegram_bot import WireBot
from bot.adapters.telegram_errors import seconds_asked
from bot.adapters.telegram_limits import SendingLimits
from bot.clock import WakingClock
from bot.i18n import Translator

log = structlog.get_logger(__name__)

# Telegram shows "typing" for five seconds.
_EVERY_SECONDS = 4.5
_ROUNDS_BEFORE_DRAFT = 2
# Whatever keeps a reply longer than this has been apologised for.
_MOST_ROUNDS = 40


@dataclass(slots=True)
class _Shown:
    """What is being shown in one chat."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    drafting: asyncio.Lock = field(default_factory=asyncio.Lock)


class Presence:
    """Shows in each chat whether a reply is on its way.

    Args:
        bot: the wire.
        limits: what drafts wait for.
        words: the texts.
        clock: the time.
    """

    def __init__(
        self, bot: WireBot, limits: SendingLimits, words: Translator, clock: WakingClock
    ) -> None:
        self._bot = bot
        self._limits = limits
        self._words = words
        self._clock = clock
        self._shown: dict[int, _Shown] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._drafts = count(1)

    def begin(self, chat_id: int, locale: str) -> bool:
        """Show typing in a chat until `end`; returns at once.

        Returns:
            False when it is being shown already.
        """
        if chat_id in self._shown:
            return False
        shown = self._shown[chat_id] = _Shown()
        task = asyncio.create_task(self._show(chat_id, locale, shown), name=f"presence {chat_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def end(self, chat_id: int) -> None:
        """Show nothing more; returns when no draft can arrive any more."""
        shown = self._shown.pop(chat_id, None)
        if shown is not None:
            shown.over.set()
            async with shown.drafting:
                pass

    async def stop(self) -> None:
        """Show nothing more anywhere."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._shown.clear()

    async def _show(self, chat_id: int, locale: str, shown: _Shown) -> None:
        draft_id = next(self._drafts)
        text = self._words.text(locale, "console.thinking_long")
        for number in range(_MOST_ROUNDS):
            if not self._limits.paused:
                await self._quietly(self._bot.send_chat_action(chat_id, ChatAction.TYPING))
            if number >= _ROUNDS_BEFORE_DRAFT:
                await self._draft(chat_id, draft_id, f"{text}…", shown)
            if await self._over(shown):
                return
        if self._shown.get(chat_id) is shown:
            del self._shown[chat_id]

    async def _draft(self, chat_id: int, draft_id: int, text: str, shown: _Shown) -> None:
        async with shown.drafting, self._limits.any_message():
            if not shown.over.is_set():
                await self._quietly(self._bot.send_message_draft(chat_id, draft_id, text))

    async def _over(self, shown: _Shown) -> bool:
        """Wait until the next round, and say whether there is none."""
        over = asyncio.ensure_future(shown.over.wait())
        pause = asyncio.ensure_future(self._clock.sleep(_EVERY_SECONDS))
        try:
            await asyncio.wait({over, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (over, pause):
                waiting.cancel()
        return shown.over.is_set()

    async def _quietly(self, call: Coroutine[Any, Any, object]) -> None:
        """Do something that nothing depends on."""
        try:
            await call
        except RetryAfter as error:
            self._limits.pause(seconds_asked(error))
        except TelegramError as error:
            log.info("presence.not_shown", error=type(error).__qualname__)
