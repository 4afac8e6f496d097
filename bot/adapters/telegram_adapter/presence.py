"""Shows that Aurora is at work: typing, and when that lasts, a draft of the reply as it grows.

A draft lives half a minute on the person's screen and is no message; the reply that takes its place
always comes as a real one. As long as nothing is known of it, the draft says that it takes longer.
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

from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.adapters.telegram_adapter.errors import seconds_asked
from bot.adapters.telegram_adapter.limits import SendingLimits
from bot.adapters.telegram_adapter.text import MarkedText, entities
from bot.adapters.telegram_adapter.wire_bot import WireBot
from bot.clock import WakingClock
from bot.i18n import Translator

log = structlog.get_logger(__name__)

# Telegram shows "typing" for five seconds.
_EVERY_SECONDS = 4.5
_ROUNDS_BEFORE_DRAFT = 2
# A reply that comes within this time needs no draft, and no chat sees more of them than one in it.
_DRAFT_SECONDS = 1.0
# Whatever keeps a reply longer than this has been apologised for.
_MOST_ROUNDS = 40


@dataclass(slots=True)
class _Shown:
    """What is being shown in one chat.

    Args:
        draft_id: the number of its draft, by which Telegram knows a newer text for an older one.
        draft: the newest text; None as long as there is none.
        stale: whether the person sees an older one.
        streams: whether newer texts are shown as they come.
        over: set when it ends.
        drafting: held while a draft is on its way.
        more: whether something else came in meanwhile.
    """

    draft_id: int
    draft: MarkedText | None = None
    stale: bool = False
    streams: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    drafting: asyncio.Lock = field(default_factory=asyncio.Lock)
    more: bool = False


class Presence:
    """Shows in each chat whether a reply is on its way.

    Args:
        bot: the wire.
        limits: what drafts wait for.
        intake: told that somebody has not yet been shown anything.
        words: the texts.
        clock: the time.
        spoken: knows how people want to be spoken to.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        bot: WireBot,
        limits: SendingLimits,
        intake: Intake,
        words: Translator,
        clock: WakingClock,
        spoken: Spoken,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._limits = limits
        self._words = words
        self._clock = clock
        self._spoken = spoken
        self._shown: dict[int, _Shown] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._drafts = count(1)

    def begin(self, chat_id: int, locale: str) -> None:
        """Show typing in a chat until `end`; returns at once."""
        if chat_id in self._shown:
            self._shown[chat_id].more = True
            return
        shown = self._shown[chat_id] = _Shown(next(self._drafts))
        self._start(self._show(chat_id, locale, shown), f"presence {chat_id}")

    def go_on(self, chat_id: int, locale: str) -> None:
        """Show typing again: what came in meanwhile is at work now, and more may be behind it."""
        self.begin(chat_id, locale)
        self._shown[chat_id].more = True

    def preview(self, chat_id: int, locale: str, draft: MarkedText) -> None:
        """Show the beginning of a reply until `end`; returns at once.

        Args:
            chat_id: the chat.
            locale: the person's language.
            draft: the beginning, in place of the one before; it fits one message.
        """
        if chat_id not in self._shown:  # the reply to the message before may have ended it
            self.begin(chat_id, locale)
        shown = self._shown[chat_id]
        shown.draft, shown.stale = draft, True
        if not shown.streams:
            shown.streams = True
            self._start(self._stream(chat_id, shown), f"presence draft {chat_id}")

    async def end(self, chat_id: int) -> bool:
        """Show nothing more; returns when no draft can arrive any more.

        Returns:
            Whether something else came in meanwhile, which may still be at work.
        """
        shown = self._shown.pop(chat_id, None)
        if shown is None:
            return False
        shown.over.set()
        async with shown.drafting:
            return shown.more

    async def stop(self) -> None:
        """Show nothing more anywhere."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._shown.clear()

    async def _show(self, chat_id: int, locale: str, shown: _Shown) -> None:
        with self._intake.taking():
            await self._type(chat_id)
        for number in range(1, _MOST_ROUNDS):
            if await self._over(shown, _EVERY_SECONDS):
                return
            await self._type(chat_id)
            if number >= _ROUNDS_BEFORE_DRAFT:
                shown.draft = shown.draft or await self._patience(chat_id, locale)
                await self._draft(chat_id, shown)
        if self._shown.get(chat_id) is shown:
            del self._shown[chat_id]

    async def _patience(self, chat_id: int, locale: str) -> MarkedText:
        """Return what asks for patience; a private chat has the number of its person."""
        spoken = await self._spoken.to(chat_id, locale)
        return MarkedText(f"{self._words.text(spoken, 'console.thinking_long')}…")

    async def _type(self, chat_id: int) -> None:
        if not self._limits.paused:
            await self._quietly(self._bot.send_chat_action(chat_id, ChatAction.TYPING))

    async def _stream(self, chat_id: int, shown: _Shown) -> None:
        """Show the newest draft, again and again until there is no newer one."""
        while shown.stale and not await self._over(shown, _DRAFT_SECONDS):
            await self._draft(chat_id, shown)
        shown.streams = False

    async def _draft(self, chat_id: int, shown: _Shown) -> None:
        draft = shown.draft
        if draft is None or self._limits.crowded:
            return  # messages must not queue behind what nothing depends on
        shown.stale = False
        async with shown.drafting, self._limits.any_message():
            if not shown.over.is_set():
                call = self._bot.send_message_draft(
                    chat_id, shown.draft_id, draft.text, entities=entities(draft)
                )
                await self._quietly(call)

    async def _over(self, shown: _Shown, seconds: float) -> bool:
        """Wait for so long, but no longer than something is to be shown; return whether it is."""
        over = asyncio.ensure_future(shown.over.wait())
        pause = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({over, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (over, pause):
                waiting.cancel()
        return shown.over.is_set()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, call: Coroutine[Any, Any, object]) -> None:
        """Do something that nothing depends on."""
        try:
            await call
        except RetryAfter as error:
            self._limits.pause(seconds_asked(error))
        except TelegramError as error:
            log.info("presence.not_shown", error=type(error).__qualname__)
