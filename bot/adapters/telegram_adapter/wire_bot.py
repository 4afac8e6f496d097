"""The wire to Telegram: the library's `Bot`, set up for this program."""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import Bot

from bot.adapters.telegram_adapter.request import AiohttpRequest
from bot.adapters.telegram_adapter.settings import TelegramSettings

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
# Nobody knows whether a message that got no answer was sent, so it is waited for patiently.
_ANSWER_SECONDS = 20.0
# To open one costs more than a call; with many people at once further calls wait for one of these.
_CONNECTIONS = 32
# How long an answer to a fetch of updates may be late.
_LATE_SECONDS = 10.0

RawUpdate = dict[str, Any]


class WireBot(Bot):
    """`Bot` that also hands updates over as they came.

    Args:
        settings: how the bot is reached.
    """

    def __init__(self, settings: TelegramSettings) -> None:
        super().__init__(
            settings.token,
            base_url=settings.base_url,
            request=AiohttpRequest(_CONNECTIONS, _ANSWER_SECONDS),
            get_updates_request=AiohttpRequest(1, _ANSWER_SECONDS),
        )

    async def raw_updates(self, offset: int | None, wait: int) -> list[RawUpdate]:
        """Return the next updates, unread: one that cannot be read must not take others with it.

        Args:
            offset: confirms every update before it; None begins with the first unconfirmed one.
            wait: seconds to wait for some.

        Raises:
            TelegramError: Telegram gave none.
        """
        # `Bot.get_updates` reads all of them at once, and one that it cannot read fails them all.
        asked = {"offset": offset, "timeout": wait, "allowed_updates": list(ALLOWED_UPDATES)}
        found = await self._post("getUpdates", asked, read_timeout=wait + _LATE_SECONDS)
        return [update for update in found if isinstance(update, dict)]

    async def disconnect(self) -> None:
        """Close every connection, also where the bot was never initialised."""
        await self.shutdown()
        await asyncio.gather(*(request.shutdown() for request in self._request))
