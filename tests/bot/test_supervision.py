"""A platform's adapter is kept running, and its faults never reach the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bot.errors import ConfigError, DeliveryError
from bot.interview.messages import Reply
from bot.metrics import Metrics
from bot.supervision import SupervisedAdapter
from tests.support.clock import FakeClock
from tests.support.messages import say
from tests.support.messenger import FakeMessenger


class ShortLived:
    """An adapter that ends as it is told to, and delivers meanwhile."""

    def __init__(self, ends: asyncio.Future[None]) -> None:
        self.messenger = FakeMessenger()
        self.previewed: list[Reply] = []
        self.running = asyncio.Event()
        self._ends = ends

    async def run(self) -> None:
        self.running.set()
        await self._ends

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        await self.messenger.deliver(conversation, key, reply)

    def preview(self, conversation: str, reply: Reply) -> None:
        self.previewed.append(reply)


class Stage:
    """A supervised adapter whose every life is at hand."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.built = asyncio.Event()
        self.lives: list[ShortLived] = []
        self.ends: list[asyncio.Future[None]] = []
        self.supervised = SupervisedAdapter("telegram", self._build, self.metrics, self.clock)

    def _build(self) -> ShortLived:
        self.ends.append(asyncio.get_running_loop().create_future())
        self.lives.append(ShortLived(self.ends[-1]))
        self.built.set()
        return self.lives[-1]

    async def end(self, error: Exception | None = None) -> None:
        """End the present life as soon as it has begun."""
        async with asyncio.timeout(10):
            await self.lives[-1].running.wait()
        if error is None:
            self.ends[-1].set_result(None)
        else:
            self.ends[-1].set_exception(error)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.supervised.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_an_adapter_that_ends_is_built_anew_after_a_growing_pause() -> None:
    stage = Stage()
    async with stage.running():
        with capture_logs() as logs:
            for number, pause in enumerate((1.0, 2.0, 4.0), start=1):
                await stage.end(ValueError("what somebody wrote") if number % 2 else None)
                assert await stage.clock.next_sleep() == pause
                assert stage.supervised.wrong == "stopped"
                stage.built.clear()
                stage.clock.advance(pause)
                async with asyncio.timeout(10):
                    await stage.built.wait()
        await stage.lives[-1].running.wait()
        assert stage.supervised.wrong == ""
    assert [entry["error"] for entry in logs] == ["ValueError", "none", "ValueError"]
    assert "what somebody wrote" not in str(logs)
    shown = stage.metrics.exposition().decode()
    assert 'aurora_platform_restarts_total{platform="telegram"} 3.0' in shown
    assert 'aurora_platform_up{platform="telegram"} 0.0' in shown


async def test_a_setting_that_the_platform_refuses_is_no_case_for_another_start() -> None:
    stage = Stage()
    async with stage.running() as running:
        await stage.end(ConfigError("refuses the token"))
        with pytest.raises(ConfigError, match="refuses the token"):
            await running
    assert len(stage.lives) == 1


async def test_replies_wait_while_nothing_runs_and_go_out_through_the_present_adapter() -> None:
    stage = Stage()
    with pytest.raises(DeliveryError) as waiting:
        await stage.supervised.deliver("room", "key", say("hi"))
    assert not waiting.value.permanent
    async with stage.running():
        await stage.lives[0].running.wait()
        await stage.supervised.deliver("room", "key", say("hi"))
        assert stage.lives[0].messenger.said() == ["hi"]


async def test_what_is_known_of_a_reply_is_shown_only_while_an_adapter_runs() -> None:
    stage = Stage()
    stage.supervised.preview("room", say("too early"))
    async with stage.running():
        await stage.lives[0].running.wait()
        stage.supervised.preview("room", say("hi"))
        assert stage.lives[0].previewed == [say("hi")]
