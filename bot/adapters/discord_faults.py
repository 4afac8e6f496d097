"""What a failed call to Discord means for a reply that is to be delivered."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

from bot.errors import DeliveryError

UNKNOWN_CHANNEL: Final = 10003
ARCHIVED: Final = 50083
NO_DIRECT_MESSAGES: Final = 50007
MISSING_PERMISSIONS_SECONDS = 300.0
"""Somebody has to change the server's settings first."""

NETWORK = (aiohttp.ClientError, OSError, TimeoutError)
"""What goes wrong on the way to Discord."""


def delivery_error(error: Exception) -> DeliveryError:
    """Return what a failed call means.

    Whatever somebody can still mend is not permanent: the reply waits for it.

    Args:
        error: an error of the library, or of the network.
    """
    match error:
        case discord.RateLimited(retry_after=seconds):
            return DeliveryError("Discord asks to wait", retry_after=seconds)
        case discord.Forbidden(code=code) if code == NO_DIRECT_MESSAGES:
            return DeliveryError("the person takes no direct messages", permanent=True)
        case discord.Forbidden(code=code):
            text = f"not allowed to write there (Discord {code}); see docs/discord.md, Permissions"
            return DeliveryError(text, retry_after=MISSING_PERMISSIONS_SECONDS)
        case discord.NotFound():
            return DeliveryError("the channel or thread is gone", permanent=True)
        case discord.HTTPException(status=status, code=code) if status < 500:
            return DeliveryError(f"Discord refuses this message ({code})", permanent=True)
        case _:
            return DeliveryError(f"Discord cannot be reached: {type(error).__qualname__}")
