"""What the worker does with calls, over real sockets."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from engine.contract import (
    Call,
    Intent,
    PointVerdict,
    TurnRequest,
    TurnResult,
    VerdictStatus,
)
from engine.generator_counters import GeneratorCounters
from engine.ports import Evaluation
from engine.progress import TurnProgress
from engine.questions import QuestionPack
from engine.sentence_stream import beginnings
from engine.wire import LINE_LIMIT
from tests.support.engine_caller import calling
from tests.support.engine_server import (
    HeldEvaluator,
    Pauses,
    fake_pipeline,
    running_worker,
    slow_pipeline,
)
from tests.support.small_pack import read_small_pack, script, turn

RIGHT = "The optimiser lowers it step by step."


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


async def test_a_turn_over_the_wire_gives_what_the_pipeline_gives(pack: QuestionPack) -> None:
    pipeline = fake_pipeline(pack)
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        for number, request in enumerate(script()):
            caller.ask(str(number), request)
            answer = await caller.answer()
            assert (answer.id, answer.error) == (str(number), None)
            assert TurnResult.from_dict(answer.payload) == pipeline.run(request)


async def test_health_is_answered_while_a_turn_runs(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with running_worker(fake_pipeline(pack, held)) as worker, calling(worker) as caller:
        caller.ask("slow")
        await held.begun.wait()
        caller.send(Call("quick", "health"))
        answer = await caller.answer()
        assert answer.id == "quick"
        assert answer.payload["ready"] is True
        assert answer.payload["packs"] == {"small": "1.2.3"}
        held.release()
        assert (await caller.answer()).id == "slow"


async def test_health_tells_how_utterances_came_about(pack: QuestionPack) -> None:
    counters = GeneratorCounters()
    counters.written()
    counters.tried_again(3)
    counters.fell_back(("outcome", "style"))
    async with (
        running_worker(fake_pipeline(pack), counters=counters) as worker,
        calling(worker) as caller,
    ):
        caller.send(Call("how", "health"))
        assert (await caller.answer()).payload["voice"] == {
            "utterances": {"model": 1, "rule": 0, "fallback": 1},
            "resamples": {"total": 3},
            "fallbacks": {"outcome": 1, "style": 1},
        }


async def test_every_connection_gets_its_own_answers(pack: QuestionPack) -> None:
    async with (
        running_worker(fake_pipeline(pack)) as worker,
        calling(worker) as one,
        calling(worker) as other,
    ):
        one.ask("same id", turn(1))
        other.ask("same id", turn(2))
        assert (await one.answer()).payload["request_id"] == "request-1"
        assert (await other.answer()).payload["request_id"] == "request-2"


async def test_more_calls_than_may_wait_are_refused_and_the_others_answered(
    pack: QuestionPack,
) -> None:
    held = HeldEvaluator()
    async with (
        running_worker(fake_pipeline(pack, held), queue_limit=2) as worker,
        calling(worker) as caller,
    ):
        caller.ask("runs", turn(0))
        await held.begun.wait()
        for number, call_id in enumerate(("waits 1", "waits 2", "refused"), 1):
            caller.ask(call_id, turn(number))
        answer = await caller.answer()
        assert (answer.id, answer.error) == ("refused", "overloaded")
        held.release()
        answers = [await caller.answer() for _ in range(3)]
        assert [a.id for a in answers] == ["runs", "waits 1", "waits 2"]
        assert [a.error for a in answers] == [None] * 3


async def test_a_call_that_waited_past_its_deadline_is_dropped(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with running_worker(fake_pipeline(pack, held)) as worker, calling(worker) as caller:
        caller.ask("runs", turn(1))
        await held.begun.wait()
        caller.send(Call("late", "turn", turn(2).to_dict(), deadline_ms=0))
        caller.ask("in time", turn(3))
        held.release()
        answers = {a.id: a.error for a in [await caller.answer() for _ in range(3)]}
        assert answers == {"runs": None, "late": "deadline", "in time": None}
        assert held.seen == ["request-1", "request-3"]


async def test_what_a_caller_left_waiting_is_dropped_with_the_caller(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with running_worker(fake_pipeline(pack, held)) as worker, calling(worker) as stays:
        async with calling(worker) as leaves:
            leaves.ask("runs", turn(1))
            await held.begun.wait()
            leaves.ask("nobody waits for this", turn(2))
            leaves.send(Call("seen", "health"))
            await leaves.answer()
        stays.send(Call("later", "health"))
        await stays.answer()
        held.release()
        stays.ask("stays", turn(3))
        assert (await stays.answer()).error is None
        assert held.seen == ["request-1", "request-3"]


async def test_verdicts_come_at_once_and_the_utterance_sentence_by_sentence(
    pack: QuestionPack,
) -> None:
    pauses = Pauses()
    pipeline = slow_pipeline(pack, pauses)
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        caller.watch("slow", turn(3, answer=RIGHT))
        judged = await caller.progress()
        assert not judged.text
        await pauses.reached.wait()
        pauses.release()
        spoken = []
        while (answer := await caller.answer()).partial:
            spoken.append(TurnProgress.from_dict(answer.payload).text)
        result = TurnResult.from_dict(answer.payload)
    assert (answer.id, answer.partial, answer.error) == ("slow", False, None)
    assert judged.verdicts == result.verdicts != ()
    assert (judged.intent, judged.next_topic) == (result.intent, result.next_topic)
    assert spoken == [*beginnings(result.utterance.text)] != []
    assert result == fake_pipeline(pack).run(turn(3, answer=RIGHT))


async def test_who_does_not_ask_for_progress_gets_none(pack: QuestionPack) -> None:
    pipeline = slow_pipeline(pack, lambda: None)
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        caller.ask("whole", turn(3, answer=RIGHT))
        answer = await caller.answer()
        assert (answer.partial, answer.error) == (False, None)
        assert TurnResult.from_dict(answer.payload).verdicts


async def test_a_turn_under_way_ends_as_soon_as_its_caller_is_gone(pack: QuestionPack) -> None:
    pauses = Pauses()
    async with (
        running_worker(slow_pipeline(pack, pauses)) as worker,
        calling(worker) as stays,
    ):
        async with calling(worker) as leaves:
            leaves.watch("left alone", turn(3, answer=RIGHT))
            await leaves.progress()
            await pauses.reached.wait()
        stays.send(Call("later", "health"))
        await stays.answer()
        stays.ask("stays", turn(4))
        pauses.release()
        assert (await stays.answer()).id == "stays"
        said = len(beginnings(fake_pipeline(pack).run(turn(4)).utterance.text)) + 1
        assert pauses.taken == 1 + said  # one sentence of the turn that nobody waited for


async def test_a_turn_under_way_ends_once_its_deadline_has_passed(pack: QuestionPack) -> None:
    pauses = Pauses()
    pipeline = slow_pipeline(pack, pauses)
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        request = turn(3, answer=RIGHT).to_dict()
        caller.send(Call("impatient", "turn", request, deadline_ms=300, progress=True))
        await pauses.reached.wait()
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        loop.call_later(0.3, over.set_result, None)
        await over
        pauses.release()
        answers = [await caller.answer() for _ in range(2)]
    assert [(a.partial, a.error) for a in answers] == [(True, None), (False, "deadline")]
    assert pauses.taken == 1


async def test_progress_too_long_to_travel_is_left_out(pack: QuestionPack) -> None:
    pipeline = fake_pipeline(pack, LongWinded())
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        caller.watch("long", turn())
        answer = await caller.answer()
        assert (answer.partial, answer.error) == (False, "contract")
        assert str(LINE_LIMIT) in answer.message


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"hello\n",
        b"GET / HTTP/1.1\r\n",
        b"[1, 2]\n",
        b"null\n",
        b"\xff\xfe\x00\n",
        b'{"method": "turn"}\n',
        b'{"id": 7, "method": "turn"}\n',
        b'{"id": "a", "method": "turn", "payload": []}\n',
        b'{"id": "a", "method": "turn", "payload": {}, "deadline_ms": "soon"}\n',
        b"[" * 200_000 + b"\n",
    ],
    ids=lambda line: repr(line[:24]),
)
async def test_a_line_that_is_no_call_is_refused_and_the_next_one_served(
    pack: QuestionPack, line: bytes
) -> None:
    async with running_worker(fake_pipeline(pack)) as worker, calling(worker) as caller:
        caller.writer.write(line)
        refusal = await caller.answer()
        assert (refusal.id, refusal.error) == ("", "contract")
        caller.ask("next")
        answer = await caller.answer()
        assert (answer.id, answer.error) == ("next", None)


@pytest.mark.parametrize(
    "call",
    [
        Call("c", "dance"),
        Call("c", "turn", {}),
        Call("c", "turn", {**turn().to_dict(), "mode": "exam paper"}),
        Call("c", "turn", turn(topic_id="nowhere").to_dict()),
        Call("c", "turn", turn(open_points=("nothing",)).to_dict()),
        Call("c", "turn", turn(locale="fr").to_dict()),
    ],
    ids=["method", "nothing", "mode", "topic", "point", "locale"],
)
async def test_a_call_outside_the_contract_is_refused_by_id(pack: QuestionPack, call: Call) -> None:
    async with running_worker(fake_pipeline(pack)) as worker, calling(worker) as caller:
        caller.send(call)
        answer = await caller.answer()
        assert (answer.id, answer.error) == ("c", "contract")
        assert answer.message


async def test_a_line_too_long_ends_that_connection_and_no_other(pack: QuestionPack) -> None:
    async with (
        running_worker(fake_pipeline(pack)) as worker,
        calling(worker) as other,
        calling(worker) as caller,
    ):
        caller.writer.write(b"x" * (3 * LINE_LIMIT) + b"\n")
        refusal = await caller.answer()
        assert (refusal.id, refusal.error) == ("", "contract")
        assert str(LINE_LIMIT) in refusal.message
        assert await caller.hung_up()
        other.ask("other")
        assert (await other.answer()).error is None


async def test_the_longest_line_that_fits_is_read(pack: QuestionPack) -> None:
    async with running_worker(fake_pipeline(pack)) as worker, calling(worker) as caller:
        padding = LINE_LIMIT - len(Call("long", "health", {"padding": ""}).to_line())
        caller.send(Call("long", "health", {"padding": "x" * padding}))
        assert (await caller.answer()).id == "long"


class FailingEvaluator:
    """Stage 1 that fails on one answer, quoting it, and returns what is no JSON for another."""

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        if request.answer == "my secret":
            raise RuntimeError(f"cannot cope with {request.answer}")
        if request.answer == "no JSON":
            return Evaluation(Intent.SKIP, hedge=object())  # type: ignore[arg-type] # on purpose
        return Evaluation(Intent.SKIP)


class LongWinded:
    """Stage 1 whose evidence fills more than a line."""

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        verdict = PointVerdict("distance", VerdictStatus.COVERED, "x" * LINE_LIMIT)
        return Evaluation(Intent.ANSWER, (verdict,))


class EchoingEvaluator:
    """Stage 1 that quotes the whole message, three times over."""

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        return Evaluation(Intent.SKIP, hedge=request.answer * 3)


async def test_an_unexpected_error_is_answered_and_logged_without_the_users_words(
    pack: QuestionPack, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = fake_pipeline(pack, FailingEvaluator())
    with caplog.at_level(logging.ERROR, logger="engine"):
        async with running_worker(pipeline) as worker, calling(worker) as caller:
            caller.ask("fails", turn(answer="my secret"))
            answer = await caller.answer()
            caller.ask("cannot be sent", turn(answer="no JSON"))
            unsendable = await caller.answer()
            caller.ask("goes on")
            assert (await caller.answer()).error is None
    assert answer.error == unsendable.error == "internal"
    assert "RuntimeError" in caplog.text
    assert "evaluate" in caplog.text
    assert "my secret" not in caplog.text + answer.message


async def test_stopping_finishes_the_running_turn_and_refuses_the_rest(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with running_worker(fake_pipeline(pack, held)) as worker, calling(worker) as caller:
        caller.ask("runs", turn(1))
        await held.begun.wait()
        caller.ask("waits", turn(2))
        caller.send(Call("seen", "health"))
        assert (await caller.answer()).id == "seen"
        worker.stop.set()
        waited = await caller.answer()
        caller.ask("comes late", turn(3))
        late = await caller.answer()
        assert [(a.id, a.error) for a in (waited, late)] == [
            ("waits", "stopping"),
            ("comes late", "stopping"),
        ]
        assert not worker.address.path.exists()
        held.release()
        last = await caller.answer()
        assert (last.id, last.error) == ("runs", None)
        assert await caller.hung_up()
        await worker.serving
        assert held.seen == ["request-1"]


async def test_a_result_too_long_to_travel_is_an_error(pack: QuestionPack) -> None:
    pipeline = fake_pipeline(pack, EchoingEvaluator())
    async with running_worker(pipeline) as worker, calling(worker) as caller:
        caller.ask("long", turn(answer="x" * (LINE_LIMIT // 2)))
        answer = await caller.answer()
        assert (answer.id, answer.error) == ("long", "contract")
        assert str(LINE_LIMIT) in answer.message
