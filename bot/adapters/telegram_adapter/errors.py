"""What Telegram's refusals mean for a reply that was to be delivered."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.errors import DeliveryError

_TOKEN_SECONDS = 60.0  # until a refused token is tried again


def seconds_asked(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)


def cannot_parse(error: TelegramError) -> bool:
    """Whether the text was refused only for how it is to look."""
    said = str(error).casefold()
    return isinstance(error, BadRequest) and ("entit" in said or "parse" in said)


def is_unchanged(error: BadRequest) -> bool:
    """Whether an edit was refused only because the message says that already."""
    return "not modified" in str(error).casefold()


def delivery_error(error: TelegramError) -> DeliveryError:
    """Return the error that a delivery ends with.

    Network trouble and whatever is not known passes; a refusal does not.
    """
    if isinstance(error, RetryAfter):
        return DeliveryError("Telegram asks to wait", retry_after=seconds_asked(error))
    if isinstance(error, InvalidToken):
        return DeliveryError(
            "Telegram refuses the token; check AURORA_TELEGRAM_TOKEN", retry_after=_TOKEN_SECONDS
        )
    if isinstance(error, Forbidden):
        return DeliveryError("the person has blocked the bot or is gone", permanent=True)
    if isinstance(error, ChatMigrated):
        return DeliveryError("the group has become another chat", permanent=True)
    if isinstance(error, BadRequest):
        return DeliveryError(f"Telegram refuses the message: {error}", permanent=True)
    return DeliveryError(f"Telegram cannot be reached ({type(error).__qualname__})")
