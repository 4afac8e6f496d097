"""Sends to Telegram: everything passes one limiter, and refusals become the bot's own errors."""

from __future__ import annotations

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.adapters.telegram_adapter.errors import (
    cannot_parse,
    delivery_error,
    is_unchanged,
    seconds_asked,
)
from bot.adapters.telegram_adapter.limits import SendingLimits
from bot.adapters.telegram_adapter.spent import SpentButtons
from bot.adapters.telegram_adapter.text import entities
from bot.adapters.telegram_adapter.updates import GroupCommand, Pressed
from bot.adapters.telegram_adapter.view import FileMessage, TextMessage
from bot.adapters.telegram_adapter.wire_bot import WireBot

log = structlog.get_logger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramSender:
    """Sends messages and what goes with them.

    Args:
        bot: the wire.
        limits: what every message waits for.
    """

    def __init__(self, bot: WireBot, limits: SendingLimits) -> None:
        self._bot = bot
        self._limits = limits
        self._spent = SpentButtons()

    async def send(self, chat_id: int, message: TextMessage | FileMessage) -> int:
        """Send one message and return its number in the chat.

        Raises:
            DeliveryError: it was refused, or nobody knows.
        """
        try:
            if isinstance(message, FileMessage):
                return (await self._file(chat_id, message)).message_id
            return (await self._text(chat_id, message)).message_id
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._limits.pause(seconds_asked(error))
            raise delivery_error(error) from None

    async def replace(self, chat_id: int, message_id: int, message: TextMessage) -> bool:
        """Put a message in the place of an earlier one; False where that cannot be changed.

        Raises:
            DeliveryError: it was refused for another reason, or nobody knows.
        """
        try:
            async with self._limits.any_message():
                await self._bot.edit_message_text(
                    message.text.text,
                    chat_id,
                    message_id,
                    entities=entities(message.text),
                    reply_markup=message.keyboard,
                    link_preview_options=_NO_PREVIEW,
                )
        except BadRequest as error:
            return is_unchanged(error)
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._limits.pause(seconds_asked(error))
            raise delivery_error(error) from None
        return True

    async def point(self, to: GroupCommand, text: str, label: str, url: str) -> None:
        """Reply in a group, with a button that leads elsewhere; trouble is only logged."""
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])
        try:
            try:
                await self._reply(to, text, keyboard)
            except ChatMigrated as moved:
                await self._say(moved.new_chat_id, text, keyboard)
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._limits.pause(seconds_asked(error))
            log.info("pointer.failed", chat_id=to.chat_id, error=type(error).__qualname__)

    async def acknowledge(self, pressed: Pressed, toast: str | None, *, spent: bool) -> None:
        """Take the button's waiting sign away; trouble is only logged, as nothing depends on it.

        Args:
            pressed: the button.
            toast: what to show for a moment, if anything.
            spent: whether the button is of no use any more and goes.
        """
        if spent:
            self._spent.note(pressed)
        await self.answer(pressed.query_id, toast)
        if spent:
            await self._take_away(pressed)

    async def answer(self, query_id: str, toast: str | None) -> None:
        """Take a button's waiting sign away; trouble is only logged."""
        try:
            await self._bot.answer_callback_query(query_id, text=toast)
        except TelegramError as error:
            log.info("query.unacknowledged", error=type(error).__qualname__)

    async def _text(self, chat_id: int, message: TextMessage) -> Message:
        async with self._limits.message(chat_id):
            try:
                return await self._bot.send_message(
                    chat_id,
                    message.text.text,
                    entities=entities(message.text),
                    reply_markup=message.keyboard,
                    link_preview_options=_NO_PREVIEW,
                )
            except TelegramError as error:
                if not cannot_parse(error):
                    raise
                log.error("message.unparsed", chat_id=chat_id)  # noqa: TRY400 - the text stays out
        return await self._say(chat_id, message.text.text, message.keyboard)

    async def _say(self, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> Message:
        async with self._limits.message(chat_id):
            return await self._bot.send_message(
                chat_id, text, reply_markup=keyboard, link_preview_options=_NO_PREVIEW
            )

    async def _file(self, chat_id: int, message: FileMessage) -> Message:
        async with self._limits.message(chat_id):
            return await self._bot.send_document(
                chat_id,
                InputFile(message.file.content, filename=message.file.name),
                caption=message.caption,
            )

    async def _reply(self, to: GroupCommand, text: str, keyboard: InlineKeyboardMarkup) -> None:
        answered = None
        if to.message_id is not None:
            answered = ReplyParameters(to.message_id, allow_sending_without_reply=True)
        async with self._limits.message(to.chat_id):
            await self._bot.send_message(
                to.chat_id,
                text,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
                reply_parameters=answered,
                message_thread_id=to.topic_id,
            )

    async def _take_away(self, pressed: Pressed) -> None:
        """Take what was pressed off its message; the other buttons stay."""
        try:
            async with self._limits.any_message():
                left = self._spent.left(pressed)
                if left is not None:
                    markup = left if left.inline_keyboard else None
                    await self._bot.edit_message_reply_markup(
                        pressed.chat_id, pressed.message_id, reply_markup=markup
                    )
        except TelegramError as error:
            log.info("keyboard.unchanged", error=type(error).__qualname__)
