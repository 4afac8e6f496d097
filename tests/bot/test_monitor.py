"""The loopback port: health for supervisors, figures for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
import pytest

from bot.engine_answers import QueueFacts
from bot.errors import ConfigError, DeliveryError, EngineUnavailableError
from bot.interview.messages import Inbound
from bot.interview.ports import Snapshot, TurnOutcome
from bot.metrics import CountedReplies, CountedTurns, Metrics
from bot.monitor import monitoring
from tests.support.messages import PLATFORM, inbound, say
from tests.support.messenger import FakeMessenger

HOST, ANOTHER = "127.0.0.1", "127.0.0.2"  # both are this machine, and nobody else's


async def get(port: int, path: str, host: str = HOST) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{host}:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def well() -> Mapping[str, str]:
    return {"database": "", "telegram": ""}


async def ill() -> Mapping[str, str]:
    return {"database": "", "telegram": "stopped"}


class FailingHandler:
    """Decides, or fails with what it is given."""

    def __init__(self, failure: Exception | None = None) -> None:
        self._failure = failure

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        if self._failure:
            raise self._failure
        return TurnOutcome(Snapshot("ada", None, 0, None, 0), None, None, ())


async def test_health_is_told_part_by_part() -> None:
    async with monitoring(HOST, 0, Metrics(), well) as port:
        assert await get(port, "/healthz") == (200, '{"database": "ok", "telegram": "ok"}')
    async with monitoring(HOST, 0, Metrics(), ill) as port:
        assert await get(port, "/healthz") == (503, '{"database": "ok", "telegram": "stopped"}')


async def test_nothing_else_is_served() -> None:
    async with monitoring(HOST, 0, Metrics(), well) as port:
        assert (await get(port, "/"))[0] == 404


async def test_it_is_reached_at_the_address_that_is_set_and_at_no_other() -> None:
    async with monitoring(ANOTHER, 0, Metrics(), well) as port:
        assert (await get(port, "/healthz", ANOTHER))[0] == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await get(port, "/healthz")


async def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    async with monitoring(HOST, 0, Metrics(), well) as port:
        with pytest.raises(ConfigError, match="AURORA_MONITOR_PORT"):
            async with monitoring(HOST, port, Metrics(), well):
                pass


async def test_what_happens_is_counted_by_platform_and_outcome() -> None:
    metrics, messenger = Metrics(), FakeMessenger()
    metrics.message_taken_in("telegram")
    await CountedTurns(FailingHandler(), metrics).handle(inbound("1"))
    for failure in (EngineUnavailableError("busy"), ValueError("a bug")):
        with pytest.raises(type(failure)):
            await CountedTurns(FailingHandler(failure), metrics).handle(inbound("2"))
    messenger.failures["room"] = [
        DeliveryError("later"),
        DeliveryError("never", permanent=True),
        ValueError("a bug"),
    ]
    replies = CountedReplies(messenger, PLATFORM, metrics)
    for _ in range(3):
        with pytest.raises((DeliveryError, ValueError)):
            await replies.deliver("room", "key", say("hi"))
    await replies.deliver("room", "key", say("hi"))
    async with monitoring(HOST, 0, metrics, well) as port:
        status, shown = await get(port, "/metrics")
    assert status == 200
    for line in (
        'aurora_messages_total{platform="telegram"} 1.0',
        'aurora_turns_total{outcome="answered",platform="test"} 1.0',
        'aurora_turns_total{outcome="deferred",platform="test"} 1.0',
        'aurora_turns_total{outcome="failed",platform="test"} 1.0',
        'aurora_turn_seconds_count{platform="test"} 3.0',
        'aurora_replies_total{outcome="delivered",platform="test"} 1.0',
        'aurora_replies_total{outcome="deferred",platform="test"} 1.0',
        'aurora_replies_total{outcome="failed",platform="test"} 2.0',
    ):
        assert line in shown.splitlines()


async def test_what_the_engine_counts_of_its_utterances_is_passed_on() -> None:
    metrics = Metrics()

    async def asked() -> Mapping[str, str]:
        metrics.engine_told(
            {
                "voice": {
                    "utterances": {"model": 41, "rule": 7, "fallback": 2},
                    "resamples": {"total": 9},
                    "fallbacks": {"outcome": 2},
                }
            }
        )
        return {"engine": ""}

    async with monitoring(HOST, 0, metrics, asked) as port:
        _, shown = await get(port, "/metrics")
    for line in (
        'aurora_utterances_total{source="model"} 41.0',
        'aurora_utterances_total{source="fallback"} 2.0',
        "aurora_utterance_resamples_total 9.0",
        'aurora_utterance_fallbacks_total{reason="outcome"} 2.0',
    ):
        assert line in shown.splitlines()


def test_the_queue_of_a_fleet_is_passed_on_where_there_is_one() -> None:
    metrics = Metrics()
    metrics.queue_told(QueueFacts(waiting=12, in_work=3, redelivered=1, redeliveries=4))
    shown = metrics.exposition().decode().splitlines()
    for line in (
        'aurora_queue_turns{state="waiting"} 12.0',
        'aurora_queue_turns{state="in_work"} 3.0',
        'aurora_queue_turns{state="redelivered"} 1.0',
        "aurora_queue_redeliveries_total 4.0",
    ):
        assert line in shown
    metrics.queue_told(None)
    assert b"aurora_queue" not in metrics.exposition()


def test_an_engine_without_a_voice_counts_nothing() -> None:
    metrics = Metrics()
    metrics.engine_told({"ready": True})
    assert b"aurora_utterances_total{" not in metrics.exposition()
