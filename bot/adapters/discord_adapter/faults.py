"""What a failed call to Discord means for a reply that is to be delivered."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

from bot.errors import DeliveryError

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_MESSAGE: Final = 10008
ARCHIVED: Final = 50083
LOCKED: Final = 160005
TOO_MANY_THREADS: Final = (160006, 160007)
"""As many as a server may have that are not put away: in all, and under announcement channels."""
NO_DIRECT_MESSAGES: Final = (50007, 50278)
"""The person takes none from bots, or shares no server with this one any more."""
SOMEBODY_MUST_ACT_SECONDS = 300.0
"""Somebody has to change the server's settings first."""

_UNAUTHORISED, _TOO_MANY, _OWN_FAULT = 401, 429, 500

NETWORK = (aiohttp.ClientError, OSError, TimeoutError)
"""What goes wrong on the way to Discord."""


def delivery_error(error: Exception) -> DeliveryError:
    """Return what a failed call means.

    Whatever somebody can still mend is not permanent: the reply waits for it.

    Args:
        error: an error of the library, or of the network.
    """
    if isinstance(error, discord.RateLimited):
        return DeliveryError("Discord asks to wait", retry_after=error.retry_after)
    if not isinstance(error, discord.HTTPException) or error.status >= _OWN_FAULT:
        return DeliveryError(f"Discord cannot be reached: {type(error).__qualname__}")
    if error.status == _TOO_MANY:
        # The library waits by itself, but not for ever, nor without a proxy's name.
        return DeliveryError("Discord asks to wait", retry_after=_asked_to_wait(error))
    if error.status == _UNAUTHORISED:
        return DeliveryError("Discord takes the token no longer; see AURORA_DISCORD_TOKEN")
    if (waits := _waits_for(error)) is not None:
        return DeliveryError(waits, retry_after=SOMEBODY_MUST_ACT_SECONDS)
    return DeliveryError(_final(error), permanent=True)


def _waits_for(error: discord.HTTPException) -> str | None:
    """Return what somebody has to change before this works; None where nobody can."""
    if error.code in (ARCHIVED, LOCKED):
        return "the thread is locked; somebody has to unlock it"
    if isinstance(error, discord.Forbidden) and error.code not in NO_DIRECT_MESSAGES:
        return f"not allowed to write there (Discord {error.code}); see docs/discord.md"
    return None


def _final(error: discord.HTTPException) -> str:
    """Return why trying again is pointless."""
    if isinstance(error, discord.Forbidden):
        return "the person takes no direct messages"
    if isinstance(error, discord.NotFound):
        return "the channel or thread is gone"
    return f"Discord refuses this message ({error.code})"


def _asked_to_wait(error: discord.HTTPException) -> float | None:
    """Return the seconds of a refusal's ``Retry-After``; None where it names none."""
    try:
        return max(0.0, float(error.response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None
