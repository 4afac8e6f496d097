"""Takes updates in: each is committed before it counts as received, and none stops the others."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import Update, User
from telegram.helpers import create_deep_linked_url

from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.adapters.telegram_adapter.callbacks import Buttons, Press
from bot.adapters.telegram_adapter.pointers import Pointers
from bot.adapters.telegram_adapter.presence import Presence
from bot.adapters.telegram_adapter.sender import TelegramSender
from bot.adapters.telegram_adapter.updates import (
    GroupCommand,
    Meant,
    Pressed,
    StrayPress,
    UpdateReader,
    chat_of,
)
from bot.adapters.telegram_adapter.wire_bot import RawUpdate, WireBot
from bot.errors import StorageError
from bot.i18n import Translator
from bot.interview.messages import Action, Inbound
from bot.interview.ports import Clock
from bot.workers import origin

log = structlog.get_logger(__name__)

# Pressed under an earlier question these would do something to the present one.
_OF_ONE_QUESTION = frozenset(
    {Action.HINT, Action.SKIP, Action.DONT_KNOW, Action.REPEAT, Action.DISAGREE, Action.NEW}
)
_DOUBLE_TAP = timedelta(seconds=2)
_MANY_CHATS = 1_000


class TelegramReceiver:
    """Takes updates of one bot in.

    Args:
        bot: the wire, whose own name is known.
        intake: where messages are committed.
        words: the texts.
        clock: the time.
        buttons: reads what buttons carry.
        sender: acknowledges buttons, and speaks in groups.
        presence: shows that a reply is on its way.
        spoken: knows how people want to be spoken to.
        locale: the language of people whose client does not tell theirs.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        bot: WireBot,
        intake: Intake,
        words: Translator,
        clock: Clock,
        buttons: Buttons,
        sender: TelegramSender,
        presence: Presence,
        spoken: Spoken,
        locale: str,
    ) -> None:
        self._bot = bot
        self._reader = UpdateReader(bot.id, bot.username, words, locale)
        self._intake = intake
        self._words = words
        self._clock = clock
        self._buttons = buttons
        self._sender = sender
        self._presence = presence
        self._spoken = spoken
        self._pointers = Pointers(clock)
        self._chosen: dict[int, tuple[Pressed, datetime]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, updates: Sequence[RawUpdate]) -> int:
        """Commit what updates say, those of one chat in order, the chats at the same time.

        What says nothing or cannot be read is passed over.

        Returns:
            How many are done, counted from the first; the rest could not be committed and must
            come again.
        """
        chats: dict[int, list[tuple[int, Meant]]] = defaultdict(list)
        for place, update in enumerate(updates):
            meant = self._read(update)
            if meant is not None:
                chats[_chat(meant)].append((place, meant))
        failed = await asyncio.gather(*(self._take_in_order(told) for told in chats.values()))
        return min([len(updates), *(place for place in failed if place is not None)])

    async def stop(self) -> None:
        """Leave what nothing depends on undone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _read(self, raw: RawUpdate) -> Meant | None:
        try:
            update = Update.de_json(raw, self._bot)
            meant = self._reader.read(update, self._clock.now())
        except Exception as error:  # whatever Telegram sends, the next update is read
            self._pass_over(error, update_id=raw.get("update_id"))
            return None
        if meant is None:
            kinds = sorted(raw.keys() - {"update_id"})
            log.info("update.says_nothing", update_id=raw.get("update_id"), kinds=kinds)
        return meant

    async def _take_in_order(self, told: Sequence[tuple[int, Meant]]) -> int | None:
        """Commit what one chat said; return the place of what could not be committed."""
        with self._intake.taking():
            for place, meant in told:
                try:
                    await self._handle(meant)
                except StorageError as error:
                    log.warning("update.uncommitted", error=type(error).__qualname__)
                    return place
                except Exception as error:  # a fault must not keep out for ever what comes after it
                    self._pass_over(error, chat_id=_chat(meant))
        return None

    def _pass_over(self, error: Exception, **ids: object) -> None:
        name = type(error).__qualname__
        log.warning("update.unreadable", error=name, origin=origin(error), **ids)

    async def _handle(self, meant: Meant) -> None:
        match meant:
            case Inbound():
                await self._submit(meant)
            case Pressed():
                await self._press(meant)
            case StrayPress():
                toast = await self._text(meant.user, "press.unknown")
                self._start(self._sender.answer(meant.query_id, toast))
            case GroupCommand():
                await self._point(meant)

    async def _submit(self, inbound: Inbound) -> bool:
        """Commit a message, then show that it has been seen."""
        new = await self._intake.submit(inbound)
        # An edit is answered at once, or with what it edits; no new message would end the sign of
        # a setting that is shown anew where it was pressed.
        if new and inbound.edits is None and "under" not in inbound.options:
            chat_id = chat_of(inbound.conversation)
            self._presence.begin(chat_id, inbound.options["default_locale"])
        return new

    async def _press(self, pressed: Pressed) -> None:
        press = await self._buttons.read(pressed.data)
        if press is None:
            toast = await self._text(pressed.user, "press.unknown")
            self._acknowledge(pressed, toast, spent=True)
        elif await self._is_old(pressed, press):
            self._acknowledge(pressed, await self._text(pressed.user, "press.old"), spent=True)
        elif press.chooses and self._is_double_tap(pressed):
            self._acknowledge(pressed, await self._text(pressed.user, "press.again"), spent=False)
        else:
            inbound = self._reader.inbound_of_press(pressed, press, self._clock.now())
            new = await self._submit(inbound)
            known = None if new else await self._text(pressed.user, "press.again")
            self._acknowledge(pressed, known, spent=new and not press.chooses)
            self._note_tap(pressed)

    async def _is_old(self, pressed: Pressed, press: Press) -> bool:
        """Whether a button belongs to a question that was asked before the present one."""
        if press.action not in _OF_ONE_QUESTION or press.chooses:
            return False
        asked = await self._intake.cursor(asked_cursor(pressed.chat_id))
        return asked is not None and pressed.message_id < int(asked)

    def _is_double_tap(self, pressed: Pressed) -> bool:
        """Whether the same choice was taken in a moment ago: nobody means that twice."""
        last, at = self._chosen.get(pressed.chat_id, (None, self._clock.now()))
        if last is None or last.query_id == pressed.query_id:  # Telegram sent that one again
            return False
        same = (last.message_id, last.data) == (pressed.message_id, pressed.data)
        return same and self._clock.now() - at < _DOUBLE_TAP

    def _note_tap(self, pressed: Pressed) -> None:
        if len(self._chosen) >= _MANY_CHATS:
            self._chosen.clear()
        self._chosen[pressed.chat_id] = (pressed, self._clock.now())

    def _acknowledge(self, pressed: Pressed, toast: str | None, *, spent: bool) -> None:
        self._start(self._sender.acknowledge(pressed, toast, spent=spent))

    async def _text(self, user: User, key: str) -> str:
        """Return a fixed text as the person wants to be spoken to."""
        return self._words.text(await self._spoken.to(user.id, self._reader.locale(user)), key)

    async def _point(self, command: GroupCommand) -> None:
        """Point somebody in a group to the private chat."""
        if not self._pointers.allow(command.chat_id):
            log.info("pointer.held_back", chat_id=command.chat_id)
            return
        url = create_deep_linked_url(self._bot.username, command.start or None)
        spoken = self._reader.locale(command.user)
        if command.user is not None:
            spoken = await self._spoken.to(command.user.id, spoken)
        text, label = (self._words.text(spoken, key) for key in ("group.pointer", "group.button"))
        self._start(self._sender.point(command, text, label, url))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that must not keep the next update waiting."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _chat(meant: Meant) -> int:
    match meant:
        case Inbound():
            return chat_of(meant.conversation)
        case StrayPress():
            return meant.user.id
        case _:
            return meant.chat_id


def asked_cursor(chat_id: int) -> str:
    """Return the name under which the number of the latest question's message is kept."""
    return f"telegram:asked:{chat_id}"
