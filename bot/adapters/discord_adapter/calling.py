"""How fast Discord is called: fifty calls a second for the bot as a whole, whatever they are.

The library heeds the limits of single routes, which every answer announces. The overall one is
announced by a refusal only, and refusals count against the bot: so it is kept beforehand.
https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

from typing import Any, Protocol

from discord.http import Route

from bot.adapters.throttle import Throttle

OVERALL = (50, 1.0)  # calls, seconds
# Answers to commands and presses have no overall limit.
_FREE = ("/interactions/", "/webhooks/")


class Caller(Protocol):
    """What calls Discord: `discord.http.HTTPClient`."""

    async def request(self, route: Route, **options: Any) -> Any:
        """Make a call."""


def keep_overall_limit(caller: Caller, throttle: Throttle) -> None:
    """Let calls wait for their turn from now on.

    Args:
        caller: makes them.
        throttle: gives turns.
    """
    call = caller.request

    async def request(route: Route, **options: Any) -> Any:
        if route.path.startswith(_FREE):
            return await call(route, **options)
        async with throttle.place():
            return await call(route, **options)

    caller.request = request  # type: ignore[method-assign]  # the library has no place for it
