"""The throttle: a place is free again a whole period after the answer, first come first served."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.throttle import Throttle
from tests.support.clock import FakeClock, LeapingClock


async def test_what_fits_goes_at_once() -> None:
    clock = FakeClock()
    throttle = Throttle(3, 1.0, clock)
    for _ in range(3):
        async with throttle.place():
            pass


async def test_the_next_waits_for_a_whole_period_after_the_answer() -> None:
    clock = FakeClock()
    throttle = Throttle(1, 1.0, clock)
    async with throttle.place():
        clock.advance(0.4)  # this long the call was on its way
    waiting = asyncio.create_task(_hold(throttle))
    assert await clock.next_sleep() == pytest.approx(1.0)
    assert not waiting.done()
    clock.advance(1.0)
    async with asyncio.timeout(10):
        await waiting


async def _hold(throttle: Throttle) -> None:
    async with throttle.place():
        pass


async def test_whoever_came_first_goes_first() -> None:
    clock = LeapingClock()
    throttle = Throttle(1, 1.0, clock)
    order: list[int] = []

    async def go(number: int) -> None:
        async with throttle.place():
            order.append(number)

    await asyncio.gather(*(go(number) for number in range(20)))
    assert order == list(range(20))
