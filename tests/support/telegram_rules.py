"""What Telegram allows: lengths, entities, keyboards, commands and how many messages at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
_ENTITY_TYPES = {
    *("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre"),
    *("blockquote", "expandable_blockquote", "text_link", "text_mention", "custom_emoji"),
}
_COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class RefusedError(Exception):
    """An answer that is no success; `expected` where the bot cannot know better."""

    def __init__(
        self, code: int, description: str, *, expected: bool = False, **parameters: object
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.expected = expected
        self.parameters = parameters


@dataclass
class Rates:
    """Counts messages where they arrive: 30 a second, 1 a second in a chat, 20 a minute in a group.

    `everything` holds when each message came, `taken` the same per chat.
    """

    taken: dict[int, list[datetime]] = field(default_factory=dict)
    everything: list[datetime] = field(default_factory=list)

    def take(self, chat_id: int | None, now: datetime) -> None:
        """Count a message (None: something that belongs to no chat's own limit).

        Raises:
            RefusedError: it is one too many.
        """
        _within(self.everything, 30, 1.0, now)
        if chat_id is not None:
            limit, period = (20, 60.0) if chat_id < 0 else (1, 1.0)
            _within(self.taken.get(chat_id, []), limit, period, now)
            self.taken.setdefault(chat_id, []).append(now)
        self.everything.append(now)


def _within(times: Sequence[datetime], limit: int, period: float, now: datetime) -> None:
    if len(times) >= limit and now - times[-limit] < timedelta(seconds=period):
        wait = int(period) if period > 1 else 1
        raise RefusedError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)


def check_token(token: str, right: str) -> None:
    """Check who calls.

    Raises:
        RefusedError: it is not the bot that it should be.
    """
    if token != right:
        raise RefusedError(401, "Unauthorized", expected=True)


def check_text(text: str, longest: int = LONGEST_TEXT, *, shortest: int = 1) -> None:
    """Check how long a text is, in UTF-16 units.

    Raises:
        RefusedError: it is empty or too long.
    """
    length = len(text.strip().encode("utf-16-le")) // 2
    if length < shortest:
        raise RefusedError(400, "Bad Request: message text is empty")
    if length > longest:
        raise RefusedError(400, "Bad Request: message is too long")


def check_entities(text: str, entities: Sequence[Mapping[str, Any]]) -> None:
    """Check that entities lie within a text, break no sign of it, and nest.

    Raises:
        RefusedError: one does not.
    """
    encoded = text.encode("utf-16-le")
    spans = []
    for entity in entities:
        start, length = entity["offset"], entity["length"]
        end = start + length
        if entity["type"] not in _ENTITY_TYPES or start < 0 or length <= 0:
            raise RefusedError(400, "Bad Request: can't parse entities: unsupported entity")
        if end > len(encoded) // 2:
            raise RefusedError(400, "Bad Request: can't parse entities: it ends behind the text")
        for at in (start, end):
            if 0xDC <= encoded[2 * at + 1 : 2 * at + 2].ljust(1, b"\0")[0] <= 0xDF:
                raise RefusedError(400, "Bad Request: can't parse entities: it breaks a symbol")
        spans.append((start, end))
    for start, end in spans:
        if any(start < other < end < stop for other, stop in spans):
            raise RefusedError(400, "Bad Request: can't parse entities: they overlap")


def check_keyboard(markup: Mapping[str, Any]) -> None:
    """Check an inline keyboard.

    Raises:
        RefusedError: a button says or does too much or too little.
    """
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in markup["inline_keyboard"]):
        raise RefusedError(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text") or len(button) != 2:
            raise RefusedError(400, "Bad Request: can't parse inline keyboard button")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= 64:
            raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")


def check_commands(commands: Sequence[Mapping[str, str]]) -> None:
    """Check a menu of commands.

    Raises:
        RefusedError: it is too long, or a name or a description is not allowed.
    """
    if len(commands) > 100:
        raise RefusedError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND_NAME.fullmatch(command["command"]):
            raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise RefusedError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def check_webhook(url: str, secret: str) -> None:
    """Check where updates are to be sent.

    Raises:
        RefusedError: the address is not secure, or the secret has signs that are not allowed.
    """
    if not url.startswith("https://"):
        raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
    if secret and not _SECRET.fullmatch(secret):
        raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
