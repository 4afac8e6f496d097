"""Telegram as a platform: puts its parts together, connects, receives and delivers.

```
Telegram ─ polling or webhook ─ receiver ─ intake (committed) … outbox ─ deliver ─ sender ─ Telegram
```
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.adapters.telegram_adapter.callbacks import Buttons
from bot.adapters.telegram_adapter.commands import TelegramCommands
from bot.adapters.telegram_adapter.errors import seconds_asked
from bot.adapters.telegram_adapter.limits import SendingLimits
from bot.adapters.telegram_adapter.menu import register_commands
from bot.adapters.telegram_adapter.polling import Polling
from bot.adapters.telegram_adapter.presence import Presence
from bot.adapters.telegram_adapter.receiver import TelegramReceiver, asked_cursor
from bot.adapters.telegram_adapter.sender import TelegramSender
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.adapters.telegram_adapter.updates import PLATFORM, chat_of
from bot.adapters.telegram_adapter.view import FileMessage, TelegramView, TextMessage
from bot.adapters.telegram_adapter.webhook import Webhook
from bot.adapters.telegram_adapter.wire_bot import ALLOWED_UPDATES, WireBot
from bot.clock import WakingClock
from bot.errors import ConfigError, StorageError
from bot.i18n import Translator
from bot.interview.messages import Reply
from bot.presentation import Presenter
from bot.workers import backoff

log = structlog.get_logger(__name__)


class TelegramAdapter:
    """Holds interviews in private chats on Telegram. It is also the platform's `Messenger`.

    Args:
        settings: how the bot is reached.
        intake: where messages are committed.
        words: the texts.
        clock: the time.
    """

    PLATFORM = PLATFORM

    def __init__(
        self, settings: TelegramSettings, intake: Intake, words: Translator, clock: WakingClock
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._words = words
        self._clock = clock
        self._bot = WireBot(settings)
        limits = SendingLimits(clock)
        self._sender = TelegramSender(self._bot, limits)
        self._spoken = Spoken(PLATFORM, intake)
        self._presence = Presence(self._bot, limits, intake, words, clock, self._spoken)
        self._buttons = Buttons(intake)
        self._view = TelegramView(Presenter(words, TelegramCommands()), self._buttons)

    async def run(self) -> None:
        """Connect and receive until cancelled; trouble on the way is waited out.

        Raises:
            ConfigError: Telegram does not know the token.
        """
        registering: asyncio.Task[None] | None = None
        try:
            await self._connect()
            registering = asyncio.create_task(
                register_commands(self._bot, self._words, self._clock), name="telegram commands"
            )
            await self._receive()
        finally:
            if registering is not None:
                registering.cancel()
                await asyncio.gather(registering, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Close every connection; what is delivered from now on fails and is tried again later."""
        await self._presence.stop()
        await self._bot.disconnect()

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Send a reply; what was sent of it before an earlier attempt failed is not sent again.

        Raises:
            DeliveryError: Telegram refused it, or nobody knows.
            StorageError: how far it came cannot be kept.
        """
        chat_id = chat_of(conversation)
        more = await self._presence.end(chat_id)
        messages = await self._view.messages(reply)
        if not await self._replaced(chat_id, reply, messages):
            await self._send(chat_id, key, reply, messages)
        if more:
            await self._go_on_typing(conversation, chat_id, reply.locale)

    async def _send(
        self, chat_id: int, key: str, reply: Reply, messages: Sequence[TextMessage | FileMessage]
    ) -> None:
        """Send the messages of a reply that were not sent before an earlier attempt failed."""
        progress = f"telegram:sent:{chat_id}"
        sent = await self._already_sent(progress, key) if len(messages) > 1 else 0
        for number, message in enumerate(messages[sent:], start=sent + 1):
            message_id = await self._sender.send(chat_id, message)
            if number < len(messages):
                await self._intake.keep_cursor(progress, f"{key} {number}")
            elif reply.progress is not None:
                await self._note_question(chat_id, message_id)

    async def _replaced(
        self, chat_id: int, reply: Reply, messages: Sequence[TextMessage | FileMessage]
    ) -> bool:
        """Put a reply in the place of the message that it replaces, if it does and can."""
        only = messages[0]
        if reply.replaces is None or len(messages) > 1 or not isinstance(only, TextMessage):
            return False
        return await self._sender.replace(chat_id, int(reply.replaces), only)

    async def _go_on_typing(self, conversation: str, chat_id: int, locale: str) -> None:
        """Show that the next message is at work, where one was sent before this reply came."""
        try:
            if await self._intake.is_waiting(PLATFORM, conversation):
                self._presence.go_on(chat_id, locale)
        except StorageError as error:  # the reply has been sent and must not be sent again
            log.info("presence.not_shown", error=type(error).__qualname__)

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show as a draft what is known of a reply, if the whole takes longer."""
        chat_id = chat_of(conversation)
        self._presence.preview(chat_id, reply.locale, self._view.beginning(reply))

    async def _note_question(self, chat_id: int, message_id: int) -> None:
        """Remember which question is the latest: the buttons of earlier ones are old now."""
        try:
            await self._intake.keep_cursor(asked_cursor(chat_id), str(message_id))
        except StorageError as error:  # the reply has been sent and must not be sent again
            log.warning("question.not_noted", chat_id=chat_id, error=type(error).__qualname__)

    async def _already_sent(self, progress: str, key: str) -> int:
        """Return how many messages of a reply have been sent."""
        kept = await self._intake.cursor(progress) or ""
        of, _, number = kept.rpartition(" ")
        return int(number) if of == key else 0

    async def _connect(self) -> None:
        """Learn who this bot is, and say how it wants its updates, until that works.

        Raises:
            ConfigError: Telegram does not know the token.
        """
        failures = 0
        while True:
            try:
                await self._log_in()
                await self._choose_way()
            except TelegramError as error:
                wait = seconds_asked(error) if isinstance(error, RetryAfter) else backoff(failures)
                log.warning(
                    "platform.unreachable",
                    platform=PLATFORM,
                    error=type(error).__qualname__,
                    # What Telegram finds wrong with an address; other errors may hold the token.
                    said=str(error) if isinstance(error, BadRequest) else "",
                    retry_in_s=wait,
                )
                failures += 1
                await self._clock.sleep(wait)
            else:
                log.info("platform.connected", platform=PLATFORM, username=self._bot.username)
                return

    async def _log_in(self) -> None:
        """Learn who this bot is.

        Raises:
            ConfigError: Telegram does not know the token.
            TelegramError: it does not answer.
        """
        try:
            await self._bot.initialize()
        except InvalidToken:
            # The library's own message would hold the token.
            raise ConfigError(
                "Telegram does not know this token; ask BotFather for it and set "
                "AURORA_TELEGRAM_TOKEN (or AURORA_TELEGRAM_TOKEN_FILE)"
            ) from None

    async def _choose_way(self) -> None:
        """Have updates sent here, or fetch them; Telegram allows one of the two."""
        settings = self._settings
        if settings.webhook_url:
            await self._bot.set_webhook(
                settings.webhook_url,
                allowed_updates=ALLOWED_UPDATES,
                secret_token=settings.webhook_secret,
                max_connections=1,  # one after the other, in their order
            )
            return
        try:
            await self._bot.delete_webhook()
        except InvalidToken:  # the token is good: this server lacks the method, hence webhooks
            log.info("webhook.unknown")

    async def _receive(self) -> None:
        receiver = TelegramReceiver(
            self._bot,
            self._intake,
            self._words,
            self._clock,
            self._buttons,
            self._sender,
            self._presence,
            self._spoken,
            self._settings.locale,
        )
        try:
            if self._settings.webhook_url:
                await Webhook(self._settings, receiver.take).run()
            else:
                wait = self._settings.poll_seconds
                await Polling(self._bot, receiver.take, self._clock, wait).run()
        finally:
            await receiver.stop()
