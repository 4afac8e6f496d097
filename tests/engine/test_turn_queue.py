"""Turns of several people run side by side, fairly, and for nobody who is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.contract import Call, TurnRequest, TurnResult
from engine.ports import Evaluation
from engine.questions import QuestionPack
from engine.requester import has_given_up, present_requester
from tests.support.engine_caller import calling
from tests.support.engine_server import (
    HeldEvaluator,
    MeetingEvaluator,
    fake_pipeline,
    running_worker,
)
from tests.support.small_pack import read_small_pack, turn

RIGHT = "The optimiser lowers it step by step."


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


class WatchfulEvaluator(HeldEvaluator):
    """Stage 1 that waits for the test, and looks then whether anybody waits for the turn."""

    def __init__(self) -> None:
        super().__init__()
        self.given_up: list[str] = []

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        evaluation = super().evaluate(request, pack)
        if has_given_up(present_requester()):
            self.given_up.append(request.request_id)
        return evaluation


async def test_turns_of_different_people_run_side_by_side(pack: QuestionPack) -> None:
    pipeline, plain = fake_pipeline(pack, MeetingEvaluator(4)), fake_pipeline(pack)
    requests = [turn(number, answer=RIGHT) for number in range(4)]
    async with running_worker(pipeline, at_once=4) as worker, calling(worker) as caller:
        for number, request in enumerate(requests):
            caller.ask(str(number), request)
        answers = {a.id: a for a in [await caller.answer() for _ in requests]}
    for number, request in enumerate(requests):
        assert TurnResult.from_dict(answers[str(number)].payload) == plain.run(request)


async def test_one_conversation_holds_up_no_other(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    calls = ["busy:1", "busy:2", "busy:3", "calm:1"]
    async with running_worker(fake_pipeline(pack, held)) as worker, calling(worker) as caller:
        for name in calls:
            caller.ask(name, replace(turn(), request_id=name))
        await held.begun.wait()
        held.release()
        answered = [(await caller.answer()).id for _ in calls]
    assert answered == held.seen == ["busy:1", "calm:1", "busy:2", "busy:3"]


async def test_turns_of_one_conversation_do_not_run_side_by_side(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    pipeline = fake_pipeline(pack, held)
    async with running_worker(pipeline, at_once=4) as worker, calling(worker) as caller:
        for name in ("busy:1", "busy:2"):
            caller.ask(name, replace(turn(), request_id=name))
        await held.begun.wait()
        caller.send(Call("how", "health"))
        assert (await caller.answer()).payload["turns"] == {"waiting": 1, "in_work": 1}
        held.release()
        assert [(await caller.answer()).id for _ in range(2)] == ["busy:1", "busy:2"]


async def test_what_a_turn_asks_for_is_asked_for_somebody_who_may_leave(
    pack: QuestionPack,
) -> None:
    watchful = WatchfulEvaluator()
    pipeline = fake_pipeline(pack, watchful)
    async with running_worker(pipeline, at_once=2) as worker, calling(worker) as stays:
        async with calling(worker) as leaves:
            leaves.ask("leaves", turn(1))
            await watchful.begun.wait()
        stays.send(Call("later", "health"))  # once this is answered, the hang-up was read too
        await stays.answer()
        stays.ask("stays", turn(2))
        watchful.release()
        assert (await stays.answer()).error is None
    assert watchful.given_up == ["request-1"]


async def test_health_tells_how_turns_wait(pack: QuestionPack) -> None:
    async with running_worker(fake_pipeline(pack)) as worker, calling(worker) as caller:
        caller.ask("a turn")
        await caller.answer()
        caller.send(Call("how", "health"))
        told = (await caller.answer()).payload
    assert told["turns"] == {"waiting": 0, "in_work": 0}
    assert sum(told["batches"]["waits"]["turn"]["counts"]) == 1
