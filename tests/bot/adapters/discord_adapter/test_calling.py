"""The overall limit of Discord is kept: too many calls wait, answers to presses never do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.discord_adapter.calling import overall_limit
from bot.adapters.throttle import Throttle
from tests.support.clock import FakeClock

REFUSING = "/refuses"


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        if request.path == REFUSING:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(text=request.path)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_what_is_too_much_for_a_second_waits_for_the_next_one(address: str) -> None:
    clock = FakeClock()
    trace = overall_limit(Throttle(2, 1.0, clock))
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        for _ in range(2):
            await session.get(f"{address}/channels/1")
        third = asyncio.create_task(_text(session, f"{address}/channels/2"))
        assert await clock.next_sleep() == pytest.approx(1.0)
        assert not third.done()
        clock.advance(1.0)
        async with asyncio.timeout(10):
            assert await third == "/channels/2"


async def test_commands_and_presses_are_answered_at_once(address: str) -> None:
    trace = overall_limit(Throttle(1, 1.0, FakeClock()))
    async with asyncio.timeout(10), aiohttp.ClientSession(trace_configs=[trace]) as session:
        await session.get(f"{address}/api/v10/channels/1")
        await session.post(f"{address}/api/v10/interactions/1/token/callback")
        await session.post(f"{address}/api/v10/webhooks/1/token")


async def test_a_call_that_breaks_off_keeps_no_place(address: str) -> None:
    throttle = Throttle(1, 1.0, clock := FakeClock())
    async with aiohttp.ClientSession(trace_configs=[overall_limit(throttle)]) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{address}{REFUSING}")
        clock.advance(1.0)
        assert throttle.idle


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as answer:
        return await answer.text()
