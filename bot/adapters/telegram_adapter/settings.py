"""What the Telegram side needs to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

BASE_URL = "https://api.telegram.org/bot"


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """How the bot is reached on Telegram.

    Args:
        token: what BotFather gave; never shown.
        base_url: the Bot API server, up to where the token follows.
        webhook_url: the public https address that Telegram sends updates to; without one they are
            fetched (long polling).
        webhook_secret: what Telegram must send along, 1–256 of ``A-Z a-z 0-9 _ -``; never shown.
        webhook_host: the address to listen on for what a reverse proxy passes on.
        webhook_port: the port to listen on.
        poll_seconds: how long one fetch of updates waits for some.
        locale: the language of people whose client does not tell theirs.
    """

    token: str = field(repr=False)
    base_url: str = BASE_URL
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443
    poll_seconds: int = 30
    locale: str = "en"


def api_address(given: str) -> str:
    """Return where a Bot API server is, up to where the token follows.

    Args:
        given: that, or the address of the server itself; empty for Telegram's own.
    """
    address = given.strip().rstrip("/")
    if not address or "{token}" in address:  # the library fills the token in there
        return address or BASE_URL
    return address if address.endswith("/bot") else f"{address}/bot"
