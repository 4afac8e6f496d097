"""Turns over NATS while workers, the bot and the server come and go: none lost, none twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from bot.errors import EngineUnavailableError
from engine import turn_pulls
from engine.fleet import RESULT_SUBJECTS, NatsAddress
from engine.fleet_link import FleetLink
from engine.questions import QuestionPack
from tests.support.engine_server import PATIENCE, HeldEvaluator, fake_pipeline
from tests.support.fleet import (
    LEASE,
    LONG_LEASE,
    NotingEvaluator,
    fleet_client,
    fleet_worker,
    queue_holds,
    stuck_worker,
)
from tests.support.nats_server import NatsServer
from tests.support.small_pack import turn


async def test_a_turn_of_a_worker_that_dies_is_answered_once_by_another(
    fleet_server: NatsServer, fleet_pack: QuestionPack, tmp_path: Path
) -> None:
    noting = NotingEvaluator()
    async with (
        answers_heard(fleet_server.address) as heard,
        fleet_client(fleet_server.address, within=3 * PATIENCE) as client,
        stuck_worker(fleet_server.address, tmp_path / "other", LONG_LEASE) as doomed,
    ):
        await client.health(within=6 * PATIENCE)
        asked = asyncio.create_task(client.run_turn(turn(1)))
        await doomed.begun()
        async with fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address):
            assert not asked.done()
            await doomed.kill()  # long before the lease is over
            assert (await asked).request_id == "request-1"
            queue = await client.queue()
    assert noting.seen == ["request-1"]
    assert queue is not None
    assert queue.redeliveries == 1
    assert len(heard) == 1


async def test_a_turn_of_a_worker_that_does_not_stir_goes_to_another_after_the_lease(
    fleet_server: NatsServer, fleet_pack: QuestionPack, tmp_path: Path
) -> None:
    noting = NotingEvaluator()
    async with (
        fleet_client(fleet_server.address, within=3 * PATIENCE) as client,
        stuck_worker(fleet_server.address, tmp_path / "other") as silent,
    ):
        await client.health(within=6 * PATIENCE)
        asked = asyncio.create_task(client.run_turn(turn(1)))
        await silent.begun()
        async with fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address, LEASE):
            silent.freeze()  # its connection stays, as that of a machine without power would
            assert (await asked).request_id == "request-1"
    assert noting.seen == ["request-1"]


async def test_a_worker_at_work_keeps_its_turn_beyond_the_lease(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    held, noting = HeldEvaluator(), NotingEvaluator()
    loop = asyncio.get_running_loop()
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, held), fleet_server.address, LEASE),
    ):
        asked = asyncio.create_task(client.run_turn(turn(1)))
        await held.begun.wait()
        async with fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address, LEASE):
            over = loop.create_future()
            loop.call_later(3 * LEASE, over.set_result, None)
            await over
            held.release()
            await asked
    assert noting.seen == []


async def test_a_server_that_is_killed_and_comes_back_has_lost_nothing(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    held = HeldEvaluator()
    async with (
        fleet_worker(fake_pipeline(fleet_pack, held), fleet_server.address),
        fleet_client(fleet_server.address, within=3 * PATIENCE) as client,
    ):
        asked = [asyncio.create_task(client.run_turn(turn(number))) for number in range(20)]
        await held.begun.wait()
        fleet_server.kill()
        held.release()
        fleet_server.start()
        results = await asyncio.gather(*asked)
    assert [result.request_id for result in results] == [f"request-{n}" for n in range(20)]


async def test_a_server_that_comes_back_empty_is_told_again(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    async with (
        fleet_worker(fake_pipeline(fleet_pack), fleet_server.address),
        fleet_client(fleet_server.address, within=3 * PATIENCE) as client,
    ):
        await client.run_turn(turn(1))
        fleet_server.kill()
        fleet_server.forget()
        asked = asyncio.create_task(client.run_turn(turn(2)))
        fleet_server.start()
        assert (await asked).request_id == "request-2"


async def test_a_worker_that_is_stopped_hands_on_what_it_has_not_begun(
    fleet_server: NatsServer, fleet_pack: QuestionPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_pulls, "_IN_HAND", 1000.0)  # it takes whatever waits
    held, noting = HeldEvaluator(), NotingEvaluator()
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, held), fleet_server.address) as stopping,
    ):
        running = asyncio.create_task(client.run_turn(turn(1)))
        await held.begun.wait()
        waiting = asyncio.create_task(client.run_turn(turn(2)))
        await queue_holds(client, in_work=2)
        stopping.stop.set()
        async with fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address):
            assert (await waiting).request_id == "request-2"
            assert not running.done()
            held.release()
            assert (await running).request_id == "request-1"
    assert noting.seen == ["request-2"]
    assert held.seen == ["request-1"]


async def test_a_bot_that_ended_meanwhile_gets_the_answer_to_what_it_had_asked(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    held = HeldEvaluator()
    async with fleet_worker(fake_pipeline(fleet_pack, held), fleet_server.address):
        async with fleet_client(fleet_server.address) as client:
            cut_off = asyncio.create_task(client.run_turn(turn(1)))
            await held.begun.wait()
        with pytest.raises(EngineUnavailableError):
            await cut_off
        async with fleet_client(fleet_server.address) as restarted:
            again = asyncio.create_task(restarted.run_turn(turn(1)))
            await restarted.health()
            held.release()
            assert (await again).request_id == "request-1"
    assert held.seen == ["request-1"]


async def test_an_answer_that_came_while_no_bot_was_there_is_kept_for_it(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    held = HeldEvaluator()
    pipeline = fake_pipeline(fleet_pack, held)
    async with fleet_worker(pipeline, fleet_server.address) as worker:
        async with fleet_client(fleet_server.address) as client:
            cut_off = asyncio.create_task(client.run_turn(turn(1)))
            await held.begun.wait()
        assert isinstance(
            (await asyncio.gather(cut_off, return_exceptions=True))[0], EngineUnavailableError
        )
        held.release()
        worker.stop.set()
        await worker.serving
    async with fleet_client(fleet_server.address) as restarted:  # and no worker is left
        assert await restarted.run_turn(turn(1)) == pipeline.run(turn(1))


@asynccontextmanager
async def answers_heard(address: NatsAddress) -> AsyncIterator[list[bytes]]:
    """Give a list to which every answer is added that is published during a block."""
    found: list[bytes] = []

    async def hear(message: Msg) -> None:
        found.append(message.data)

    link = FleetLink(address, "test")
    await link.open()
    await link.client.subscribe(RESULT_SUBJECTS, cb=hear)
    await link.client.flush()
    try:
        yield found
    finally:
        await link.client.drain()
