"""The overall limit of Discord is kept: too many calls wait, answers to presses never do."""

from __future__ import annotations

import asyncio
from typing import Any

from discord.http import Route

from bot.adapters.discord_adapter.calling import keep_overall_limit
from bot.adapters.throttle import Throttle
from tests.support.clock import FakeClock, LeapingClock


class Calls:
    """Stands in for the library's client: notes when each call was made."""

    def __init__(self, clock: FakeClock | LeapingClock) -> None:
        self._clock = clock
        self.made: list[tuple[str, float]] = []
        self._began = clock.now()

    async def request(self, route: Route, **options: Any) -> Any:
        """Note the call and answer with what was asked."""
        passed = (self._clock.now() - self._began).total_seconds()
        self.made.append((route.path, passed))
        return options


async def test_no_second_sees_more_calls_than_allowed() -> None:
    clock = LeapingClock()
    calls = Calls(clock)
    keep_overall_limit(calls, Throttle(3, 1.0, clock))
    route = Route("POST", "/channels/{channel_id}/typing", channel_id=1)
    answers = await asyncio.gather(*(calls.request(route, json=n) for n in range(8)))
    assert answers == [{"json": n} for n in range(8)]
    assert [int(at) for _, at in calls.made] == [0, 0, 0, 1, 1, 1, 2, 2]


async def test_commands_and_presses_are_answered_at_once() -> None:
    clock = FakeClock()
    calls = Calls(clock)
    keep_overall_limit(calls, Throttle(1, 1.0, clock))
    await calls.request(Route("GET", "/users/@me"))
    await calls.request(Route("POST", "/interactions/{id}/{token}/callback", id=1, token="t"))
    await calls.request(Route("POST", "/webhooks/{id}/{token}", id=1, token="t"))
    assert len(calls.made) == 3
