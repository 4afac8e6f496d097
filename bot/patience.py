"""Waiting for answers when nobody is there to lose patience."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import EngineUnavailableError

_LOOKS = 10  # in a period; the wait may be longer than it by one part in so many


async def settle(
    settled: Callable[[], Awaitable[None]],
    waiting: Callable[[], Awaitable[int]],
    period: float,
) -> None:
    """Return when everything is answered, or give up.

    Args:
        settled: returns when every message has been answered and shown.
        waiting: returns how many messages wait for an answer.
        period: seconds without any new answer after which to give up.

    Raises:
        EngineUnavailableError: nothing was answered for that long.
    """
    answered = asyncio.ensure_future(settled())
    try:
        left, silent = await waiting(), 0
        while not (await asyncio.wait({answered}, timeout=period / _LOOKS))[0]:
            before, left = left, await waiting()
            silent = silent + 1 if left >= before > 0 else 0
            if silent == _LOOKS:
                raise EngineUnavailableError(
                    f"the engine has answered nothing for {period:g} s; {left} message(s) are "
                    "kept and will be answered at the next start with the same database"
                )
        answered.result()
    finally:
        answered.cancel()
