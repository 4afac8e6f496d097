"""The limiter: however long messages are on their way, no period sees too many of them."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from bot.adapters.telegram_adapter.limits import SendingLimits
from tests.support.clock import FakeClock, LeapingClock
from tests.support.telegram_rules import Rates


def opened(clock: FakeClock | LeapingClock) -> SendingLimits:
    """Return limits that were set up a second ago."""
    limits = SendingLimits(clock)
    clock.advance(1)
    return limits


@pytest.mark.parametrize("seed", range(5))
async def test_no_period_sees_too_many_however_long_each_takes(seed: int) -> None:
    clock, chances = LeapingClock(), random.Random(seed)
    limits, rates = SendingLimits(clock), Rates()
    chats = [*range(1, 21), *range(-4, 0)]

    async def send() -> None:
        chat_id = chances.choice(chats)
        async with limits.message(chat_id):
            for _ in range(chances.randrange(4)):
                await asyncio.sleep(0)
            clock.advance(chances.uniform(0, 0.05))
            rates.take(chat_id, clock.now())  # raises where Telegram would refuse
            for _ in range(chances.randrange(4)):
                await asyncio.sleep(0)

    await asyncio.gather(*(send() for _ in range(400)))
    assert sum(len(times) for times in rates.taken.values()) == 400


async def test_a_chat_that_waits_keeps_nobody_else() -> None:
    clock = FakeClock()
    limits = opened(clock)
    async with limits.message(1):
        pass
    late = asyncio.create_task(_send(limits, 1))
    await clock.next_sleep()
    await _send(limits, 2)
    assert not late.done()
    late.cancel()


async def test_a_group_gets_twenty_a_minute() -> None:
    clock = LeapingClock()
    limits = opened(clock)
    begun = clock.now()
    for _ in range(20):
        await _send(limits, -5)
    assert clock.now() == begun
    await _send(limits, -5)
    assert clock.now() - begun >= timedelta(minutes=1)


async def test_everybody_waits_as_long_as_telegram_asks() -> None:
    clock = LeapingClock()
    limits = opened(clock)
    begun = clock.now()
    limits.pause(5)
    limits.pause(2)  # a shorter one ends nothing early
    assert limits.paused
    await _send(limits, 1)
    assert clock.now() - begun >= timedelta(seconds=5)
    assert not limits.paused


async def test_a_new_start_keeps_the_distance_to_what_the_last_process_sent() -> None:
    clock = FakeClock()
    limits = SendingLimits(clock)
    first = asyncio.create_task(_send(limits, 1))
    assert await clock.next_sleep() == pytest.approx(1.0)
    assert not limits.paused  # nobody asked to wait: typing may be shown
    clock.advance(1.0)
    async with asyncio.timeout(10):
        await first


async def test_a_cancelled_wait_gives_its_turn_to_the_next() -> None:
    clock = FakeClock()
    limits = opened(clock)
    await _send(limits, 1)
    given_up, patient = (asyncio.create_task(_send(limits, 1)) for _ in range(2))
    await clock.next_sleep()
    given_up.cancel()
    await clock.next_sleep()
    clock.advance(1.0)
    async with asyncio.timeout(10):
        await patient


async def test_chats_that_fell_silent_are_forgotten() -> None:
    clock = LeapingClock()
    limits = SendingLimits(clock)
    for chat_id in range(1, 3_001):
        clock.advance(1.1)
        await _send(limits, chat_id)
    assert len(limits._chats) <= 1_000


async def _send(limits: SendingLimits, chat_id: int) -> None:
    async with limits.message(chat_id):
        pass
