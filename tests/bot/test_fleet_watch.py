"""Whether the workers that hold turns are there: a real server, and workers of one subject each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from nats.aio.msg import Msg

from bot.fleet_watch import HolderWatch
from engine.fleet import Holder, worker_subject
from engine.fleet_link import FleetLink
from tests.support.engine_server import PATIENCE
from tests.support.nats_server import NatsServer

BUSY, GONE = worker_subject("busy"), worker_subject("gone")


class Leases:
    """Leases that note what they are told.

    Args:
        link: the way to the server.
    """

    def __init__(self, link: FleetLink) -> None:
        self.link = link
        self.told: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def hear(self, message: Msg) -> None:
        """Note what a lease is told."""
        await self.told.put((message.subject, message.data))

    async def next(self) -> tuple[str, bytes]:
        """Return what is told next, and to which lease."""
        async with asyncio.timeout(PATIENCE):
            return await self.told.get()


@pytest.fixture
async def leases(fleet_server: NatsServer) -> AsyncIterator[Leases]:
    """Leases that are listened to."""
    link = FleetLink(fleet_server.address, "test")
    await link.open()
    leases = Leases(link)
    await link.client.subscribe("$JS.ACK.test.*", cb=leases.hear)
    yield leases
    await link.close()


@pytest.fixture
async def watch(leases: Leases) -> AsyncIterator[HolderWatch]:
    """A watch over the same connection."""
    watch = HolderWatch(leases.link)
    yield watch
    await watch.stop()


def told(worker: str, lease: str) -> bytes:
    """Return how a worker tells that it has taken up a call."""
    return Holder(worker, f"$JS.ACK.test.{lease}").to_line()


async def test_all_turns_of_a_worker_that_died_are_given_back(
    leases: Leases, watch: HolderWatch
) -> None:
    watch.begin("one", told(GONE, "1"))
    watch.begin("two", told(GONE, "2"))
    given_back = {await leases.next(), await leases.next()}
    assert given_back == {("$JS.ACK.test.1", b"-NAK"), ("$JS.ACK.test.2", b"-NAK")}


async def test_a_turn_that_is_answered_is_not_given_back(
    leases: Leases, watch: HolderWatch
) -> None:
    watch.begin("one", told(GONE, "1"))
    watch.begin("two", told(GONE, "2"))
    watch.over("one")
    assert await leases.next() == ("$JS.ACK.test.2", b"-NAK")
    assert leases.told.empty()


async def test_a_worker_that_is_too_busy_to_answer_keeps_its_turns(
    leases: Leases, watch: HolderWatch
) -> None:
    asked: asyncio.Queue[Msg] = asyncio.Queue()
    await leases.link.client.subscribe(BUSY, cb=asked.put)
    watch.begin("one", told(BUSY, "1"))
    async with asyncio.timeout(PATIENCE):
        for _ in range(3):
            await asked.get()
    watch.begin("two", told(GONE, "2"))
    assert await leases.next() == ("$JS.ACK.test.2", b"-NAK")
    assert leases.told.empty()


async def test_whoever_has_a_turn_now_is_watched_and_not_whoever_had_it(
    leases: Leases, watch: HolderWatch
) -> None:
    watch.begin("one", told(GONE, "1"))
    assert await leases.next() == ("$JS.ACK.test.1", b"-NAK")
    watch.begin("one", told(worker_subject("gone-too"), "1-again"))
    assert await leases.next() == ("$JS.ACK.test.1-again", b"-NAK")


async def test_what_tells_of_no_worker_is_passed_over(leases: Leases, watch: HolderWatch) -> None:
    watch.begin("one", b"nothing")
    watch.begin("two", told(GONE, "2"))
    assert await leases.next() == ("$JS.ACK.test.2", b"-NAK")
