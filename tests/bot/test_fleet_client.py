"""Turns over NATS: a real server, real workers, and a bot that comes and goes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import EngineRejectedError, EngineUnavailableError
from engine.contract import TurnResult
from engine.errors import ContractError
from engine.fleet import TURNS, NatsAddress
from engine.fleet_link import FleetLink
from engine.progress import TurnProgress
from engine.questions import QuestionPack
from engine.sentence_stream import beginnings
from tests.support.engine_server import (
    PATIENCE,
    HeldEvaluator,
    MeetingEvaluator,
    fake_pipeline,
    slow_pipeline,
)
from tests.support.fleet import (
    NotingEvaluator,
    fleet_client,
    fleet_worker,
    queue_holds,
)
from tests.support.nats_server import NatsServer, free_port
from tests.support.small_pack import script, turn


async def test_turns_and_health_of_a_fleet(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    pipeline = fake_pipeline(fleet_pack)
    async with (
        fleet_worker(pipeline, fleet_server.address),
        fleet_client(fleet_server.address) as client,
    ):
        for request in script():
            assert await client.run_turn(request) == pipeline.run(request)
        assert (await client.health())["packs"] == {"small": "1.2.3"}


async def test_both_sides_wait_for_a_server_that_starts_last(
    tmp_path: Path, fleet_pack: QuestionPack
) -> None:
    server = NatsServer(tmp_path)
    async with (
        fleet_worker(fake_pipeline(fleet_pack), server.address),
        fleet_client(server.address) as client,
    ):
        early = asyncio.create_task(client.run_turn(turn()))
        await asyncio.sleep(0)
        server.start()
        assert (await early).request_id == "request-0"
    server.kill()


async def test_progress_comes_before_the_result_verdicts_first(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    seen: list[TurnProgress] = []
    async with (
        fleet_worker(slow_pipeline(fleet_pack, lambda: None), fleet_server.address),
        fleet_client(fleet_server.address) as client,
    ):
        result = await client.run_turn(turn(1), seen.append)
    assert [progress.text for progress in seen] == ["", *beginnings(result.utterance.text)]
    assert {progress.verdicts for progress in seen} == {result.verdicts}


async def test_the_same_turn_asked_by_two_bots_at_once_is_judged_once(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    held = HeldEvaluator()
    async with (
        fleet_worker(fake_pipeline(fleet_pack, held), fleet_server.address),
        fleet_client(fleet_server.address) as one,
        fleet_client(fleet_server.address) as other,
    ):
        first = asyncio.create_task(one.run_turn(turn(1)))
        await held.begun.wait()
        second = asyncio.create_task(other.run_turn(turn(1)))
        await other.health()
        held.release()
        assert await first == await second
    assert held.seen == ["request-1"]


async def test_another_question_of_the_same_turn_is_another_call(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    pipeline = fake_pipeline(fleet_pack)
    edited = turn(1, answer="It measures how far predictions are from the truth.")
    async with (
        fleet_worker(pipeline, fleet_server.address),
        fleet_client(fleet_server.address) as client,
    ):
        assert await client.run_turn(turn(1)) == pipeline.run(turn(1))
        assert await client.run_turn(edited) == pipeline.run(edited)


async def test_workers_share_the_load(fleet_server: NatsServer, fleet_pack: QuestionPack) -> None:
    one, other = HeldEvaluator(), HeldEvaluator()
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, one), fleet_server.address),
        fleet_worker(fake_pipeline(fleet_pack, other), fleet_server.address),
    ):
        asked = [asyncio.create_task(client.run_turn(turn(number))) for number in range(8)]
        await one.begun.wait()
        await other.begun.wait()
        one.release()
        other.release()
        await asyncio.gather(*asked)
    assert sorted(one.seen + other.seen) == sorted(f"request-{n}" for n in range(8))


async def test_a_worker_takes_as_many_turns_as_it_runs_side_by_side(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    pipeline = fake_pipeline(fleet_pack, MeetingEvaluator(6))
    requests = [turn(number) for number in range(6)]
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(pipeline, fleet_server.address, at_once=6),
    ):
        results = await asyncio.gather(*map(client.run_turn, requests))
    assert results == [fake_pipeline(fleet_pack).run(request) for request in requests]


async def test_a_burst_is_answered_to_the_last_turn_each_judged_once(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    noting = NotingEvaluator()
    requests = [turn(number) for number in range(150)]
    async with (
        fleet_client(fleet_server.address, within=6 * PATIENCE) as client,
        fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address),
        fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address),
    ):
        results: list[TurnResult] = await asyncio.gather(*map(client.run_turn, requests))
    assert [r.request_id for r in results] == [r.request_id for r in requests]
    assert sorted(noting.seen) == sorted(r.request_id for r in requests)


async def test_a_call_whose_time_is_up_is_dropped_and_may_be_asked_again(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    noting = NotingEvaluator()
    async with fleet_client(fleet_server.address, within=0.5) as hasty:
        await hasty.reach(PATIENCE)
        with pytest.raises(EngineUnavailableError, match=r"within 0\.5 s"):
            await hasty.run_turn(turn(1))
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address),
    ):
        await client.run_turn(turn(2))
        assert noting.seen == ["request-2"]
        assert (await client.run_turn(turn(1))).request_id == "request-1"


async def test_a_turn_that_failed_is_judged_anew_when_it_is_asked_again(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    noting = NotingEvaluator()
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address),
    ):
        noting.failing = RuntimeError("out of memory")
        with pytest.raises(EngineUnavailableError, match="internal"):
            await client.run_turn(turn(1))
        noting.failing = None
        assert (await client.run_turn(turn(1))).request_id == "request-1"


async def test_a_request_that_the_engine_refuses_is_rejected(
    fleet_server: NatsServer, fleet_pack: QuestionPack
) -> None:
    noting = NotingEvaluator()
    noting.failing = ContractError("no such thing")
    async with (
        fleet_client(fleet_server.address) as client,
        fleet_worker(fake_pipeline(fleet_pack, noting), fleet_server.address),
    ):
        with pytest.raises(EngineRejectedError, match="no such thing"):
            await client.run_turn(turn(1))
        with pytest.raises(EngineRejectedError, match="bytes"):
            await client.run_turn(turn(2, answer="x" * 2_000_000))


async def test_the_queue_tells_its_depth_and_is_bounded(fleet_server: NatsServer) -> None:
    async with fleet_client(fleet_server.address) as client:
        await client.reach(PATIENCE)
        await bound_queue(fleet_server.address, 2)
        asked = [asyncio.create_task(client.run_turn(turn(number))) for number in range(2)]
        await queue_holds(client, waiting=2)
        with pytest.raises(EngineUnavailableError, match="overloaded"):
            await client.run_turn(turn(3))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(error) for error in ended] == [EngineUnavailableError] * 2


async def test_no_worker_at_a_server_is_told_as_such(fleet_server: NatsServer) -> None:
    async with fleet_client(fleet_server.address) as client:
        await client.reach(PATIENCE)
        with pytest.raises(EngineUnavailableError, match="no worker") as caught:
            await client.health(within=1)
    assert f"python -m engine --listen {fleet_server.address}" in str(caught.value)


async def test_no_server_is_told_as_such() -> None:
    nobody = NatsAddress("127.0.0.1", free_port())
    async with fleet_client(nobody) as client:
        with pytest.raises(EngineUnavailableError, match="cannot connect"):
            await client.health(within=1)
        assert await client.queue() is None


async def test_a_server_without_streams_is_told_as_such() -> None:
    plain = NatsServer(None)
    plain.start()
    try:
        async with fleet_client(plain.address) as client:
            with pytest.raises(EngineUnavailableError, match="--jetstream"):
                await client.reach(3)
    finally:
        plain.kill()


async def test_a_password_opens_the_server_and_is_never_shown(
    tmp_path: Path, fleet_pack: QuestionPack
) -> None:
    server = NatsServer(tmp_path, "--user", "aurora", "--pass", "open sesame")
    server.start()
    place = server.address
    known = NatsAddress(place.host, place.port, "aurora", "open sesame")
    try:
        async with (
            fleet_worker(fake_pipeline(fleet_pack), known),
            fleet_client(known) as client,
        ):
            assert (await client.run_turn(turn(1))).request_id == "request-1"
        guessed = NatsAddress(place.host, place.port, "aurora", "guess it")
        async with fleet_client(guessed) as wrong:
            with pytest.raises(EngineUnavailableError) as caught:
                await wrong.reach(3)
    finally:
        server.kill()
    assert "guess it" not in str(caught.value)
    assert "uthorization" in str(caught.value)


async def bound_queue(address: NatsAddress, most: int) -> None:
    """Have the server hold so many turns and no more."""
    link = FleetLink(address, "test")
    await link.open()
    config = (await link.streams.stream_info(TURNS)).config
    await link.streams.update_stream(config.evolve(max_msgs=most))
    await link.close()
