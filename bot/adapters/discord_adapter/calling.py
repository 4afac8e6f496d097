"""How fast Discord is called: fifty calls a second for the bot as a whole, whatever they are.

The library heeds the limits of single routes, which every answer announces. The overall one is
announced by a refusal only, and refusals count against the bot: so it is kept beforehand. A call
waits where it is sent, not where it is made: one that waits for its route must keep no other back.
https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import SimpleNamespace

import aiohttp

from bot.adapters.throttle import Throttle

OVERALL = (50, 1.0)  # calls, seconds
# Answers to commands and presses have no overall limit.
_FREE = ("/interactions/", "/webhooks/")


def overall_limit(throttle: Throttle) -> aiohttp.TraceConfig:
    """Return what has a session send no request before its turn.

    Args:
        throttle: gives turns.
    """

    async def wait(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.place = AsyncExitStack()
        if not any(part in request.url.path for part in _FREE):
            await context.place.enter_async_context(throttle.place())

    async def answered(
        _session: aiohttp.ClientSession, context: SimpleNamespace, _answer: object
    ) -> None:
        await context.place.aclose()

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(wait)
    trace.on_request_end.append(answered)
    trace.on_request_exception.append(answered)
    return trace
