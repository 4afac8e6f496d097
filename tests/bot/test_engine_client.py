"""The bot's way to the engine: against real workers, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine_client import SocketEngineClient
from bot.errors import (
    ConfigError,
    EngineRejectedError,
    EngineStartError,
    EngineUnavailableError,
)
from engine.contract import Answer, Call, Intent, TurnResult, Utterance
from engine.progress import TurnProgress
from engine.questions import QuestionPack
from engine.sentence_stream import beginnings
from engine.wire import LINE_LIMIT
from tests.support.engine_server import (
    PATIENCE,
    HeldEvaluator,
    fake_pipeline,
    running_worker,
    slow_pipeline,
)
from tests.support.small_pack import read_small_pack, script, turn

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


@pytest.fixture
def socket_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "engine.sock"


@asynccontextmanager
async def connected(
    address: object, *, within: float = PATIENCE, first_within: float = PATIENCE
) -> AsyncIterator[SocketEngineClient]:
    client = SocketEngineClient(str(address), timeout=within, first_timeout=first_within)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def scripted(path: Path, *conversations: Conversation) -> AsyncIterator[list[int]]:
    """Serve one conversation per connection, in order; yields the connections made so far."""
    made: list[int] = []
    running: set[asyncio.Task[None] | None] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.current_task())
        made.append(len(made))
        try:
            await conversations[made[-1]](reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_unix_server(converse, path, limit=LINE_LIMIT)
    try:
        yield made
    finally:
        server.close()
        for task in running:
            if task is not None:
                task.cancel()


async def read_call(reader: asyncio.StreamReader) -> Call:
    return Call.from_line(await reader.readline())


def result_of(call: Call) -> Answer:
    result = TurnResult(call.payload["request_id"], Intent.SKIP, (), None, Utterance("Fine.", ""))
    return Answer(call.id, result.to_dict())


async def answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(result_of(await read_call(reader)).to_line())


def progress_of(call: Call, text: str = "") -> Answer:
    progress = TurnProgress(call.payload["request_id"], Intent.SKIP, (), "risk", text)
    return Answer(call.id, progress.to_dict(), partial=True)


async def answer_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def hang_up_on_a_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_call(reader)


async def hang_up_mid_progress(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    call = await read_call(reader)
    writer.write(progress_of(call).to_line() + progress_of(call, "Fine").to_line())


async def hang_up_mid_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(result_of(await read_call(reader)).to_line()[:40])


async def refuse_as_stopping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    call = await read_call(reader)
    writer.write(Answer(call.id, error="stopping").to_line())


async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read()


async def test_turns_and_health_of_a_real_worker(pack: QuestionPack) -> None:
    pipeline = fake_pipeline(pack)
    async with running_worker(pipeline) as worker, connected(worker.address) as client:
        for request in script():
            assert await client.run_turn(request) == pipeline.run(request)
        assert (await client.health())["packs"] == {"small": "1.2.3"}


async def test_progress_of_a_real_worker_comes_before_its_result(pack: QuestionPack) -> None:
    seen: list[TurnProgress] = []
    async with (
        running_worker(slow_pipeline(pack, lambda: None)) as worker,
        connected(worker.address) as client,
    ):
        result = await client.run_turn(turn(1), seen.append)
        whole = len(seen)
        assert await client.run_turn(turn(1)) == result
    assert [progress.text for progress in seen] == ["", *beginnings(result.utterance.text)]
    assert {progress.verdicts for progress in seen} == {result.verdicts}
    assert len(seen) == whole


async def test_a_worker_that_dies_while_it_speaks_is_followed_by_one_that_begins_again(
    socket_path: Path,
) -> None:
    seen: list[str] = []

    async def speak_and_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await read_call(reader)
        for line in (progress_of(call), result_of(call), progress_of(call, "too late")):
            writer.write(line.to_line())
        await reader.read()

    async with (
        scripted(socket_path, hang_up_mid_progress, speak_and_answer) as made,
        connected(f"unix://{socket_path}") as client,
    ):
        result = await client.run_turn(turn(), lambda progress: seen.append(progress.text))
        assert result.utterance.text == "Fine."
        assert len(made) == 2
    assert seen == ["", "Fine", ""]


async def test_progress_that_cannot_be_shown_or_read_harms_nothing(socket_path: Path) -> None:
    async def speak_oddly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            call = await read_call(reader)
            odd = Answer(call.id, {"verdict": "fine"}, partial=True)
            unasked = Answer("another call", {}, partial=True)
            for line in (odd, unasked, progress_of(call), result_of(call)):
                writer.write(line.to_line())

    shown: list[str] = []

    def cannot_show(progress: TurnProgress) -> None:
        shown.append(progress.request_id)
        raise RuntimeError("the screen is full")

    async with (
        scripted(socket_path, speak_oddly) as made,
        connected(f"unix://{socket_path}") as client,
    ):
        for number in (1, 2):
            result = await client.run_turn(turn(number), cannot_show)
            assert result.request_id == f"request-{number}"
        assert len(made) == 1
    assert shown == ["request-1", "request-2"]


async def test_calls_run_side_by_side_and_nobody_waits_for_another(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with (
        running_worker(fake_pipeline(pack, held)) as worker,
        connected(worker.address) as client,
    ):
        slow = asyncio.create_task(client.run_turn(turn(1)))
        await held.begun.wait()
        assert (await client.health())["ready"] is True
        assert not slow.done()
        held.release()
        assert (await slow).request_id == "request-1"


async def test_answers_are_matched_by_id_on_one_connection(socket_path: Path) -> None:
    async def answer_backwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls = [await read_call(reader) for _ in range(20)]
        for call in reversed(calls):
            writer.write(result_of(call).to_line())
        await reader.read()

    async with (
        scripted(socket_path, answer_backwards) as made,
        connected(f"unix://{socket_path}") as client,
    ):
        requests = [turn(number) for number in range(20)]
        results = await asyncio.gather(*map(client.run_turn, requests))
        assert [r.request_id for r in results] == [r.request_id for r in requests]
        assert len(made) == 1


@pytest.mark.parametrize(
    "fault", [hang_up_on_a_call, hang_up_mid_progress, hang_up_mid_answer, refuse_as_stopping]
)
async def test_what_was_in_flight_when_the_worker_ended_is_sent_again(
    socket_path: Path, fault: Conversation
) -> None:
    async with (
        scripted(socket_path, fault, fault, answer_all) as made,
        connected(f"unix://{socket_path}") as client,
    ):
        results = await asyncio.gather(*(client.run_turn(turn(number)) for number in range(3)))
        assert [r.request_id for r in results] == ["request-0", "request-1", "request-2"]
        assert len(made) == 3


async def test_a_call_sent_again_has_only_the_time_that_is_left(socket_path: Path) -> None:
    deadlines: list[int] = []

    async def note_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deadlines.append((await read_call(reader)).deadline_ms)

    async def note_and_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await read_call(reader)
        deadlines.append(call.deadline_ms)
        writer.write(result_of(call).to_line())

    async with (
        scripted(socket_path, note_and_hang_up, note_and_answer),
        connected(f"unix://{socket_path}", first_within=PATIENCE) as client,
    ):
        await client.run_turn(turn())
    assert PATIENCE * 1000 >= deadlines[0] > deadlines[1] > 0


async def test_a_connection_lost_while_nothing_waits_is_made_anew_for_the_next_call(
    socket_path: Path,
) -> None:
    hung_up = asyncio.Event()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(result_of(await read_call(reader)).to_line())
        writer.close()
        hung_up.set()

    async with (
        scripted(socket_path, answer_once, answer_all) as made,
        connected(f"unix://{socket_path}") as client,
    ):
        await client.run_turn(turn(1))
        await hung_up.wait()
        assert (await client.run_turn(turn(2))).request_id == "request-2"
        assert len(made) == 2


async def test_a_call_made_before_the_worker_listens_is_answered_once_it_does(
    pack: QuestionPack, socket_path: Path
) -> None:
    async with connected(f"unix://{socket_path}", within=0) as client:
        early = asyncio.create_task(client.run_turn(turn()))
        await asyncio.sleep(0)
        async with running_worker(fake_pipeline(pack), path=socket_path):
            assert (await early).request_id == "request-0"


async def test_no_answer_in_time_is_unavailable_and_says_what_to_do(socket_path: Path) -> None:
    async with (
        scripted(socket_path, answer_nothing),
        connected(f"unix://{socket_path}", first_within=0.05) as client,
    ):
        with pytest.raises(EngineUnavailableError) as caught:
            await client.run_turn(turn())
    assert f"unix://{socket_path}" in str(caught.value)
    assert "python -m engine" in str(caught.value)


async def test_the_longer_patience_ends_once_the_worker_was_reached(socket_path: Path) -> None:
    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(result_of(await read_call(reader)).to_line())
        await reader.read()

    async with (
        scripted(socket_path, answer_once),
        connected(f"unix://{socket_path}", first_within=PATIENCE, within=0.05) as client,
    ):
        await client.run_turn(turn(1))
        with pytest.raises(EngineUnavailableError, match=r"within 0\.05 s"):
            await client.run_turn(turn(2))


@pytest.mark.parametrize("scheme", ["unix", "tcp"])
async def test_an_address_where_nobody_listens_is_a_clear_error(
    socket_path: Path, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = {"unix": f"unix://{socket_path}", "tcp": "tcp://127.0.0.1:%d"}[scheme]
        nobody = nobody % free.getsockname()[1] if scheme == "tcp" else nobody
    async with connected(nobody, first_within=0.1) as client:
        with pytest.raises(EngineUnavailableError, match="cannot connect") as caught:
            await client.health()
    assert nobody in str(caught.value)


async def test_something_else_at_the_address_is_a_clear_error(socket_path: Path) -> None:
    async with (
        scripted(socket_path, *[speak_http] * 50),
        connected(f"unix://{socket_path}", first_within=0.1) as client,
    ):
        with pytest.raises(EngineUnavailableError, match="another language"):
            await client.run_turn(turn())


async def test_a_worker_that_cannot_start_ends_all_waiting_calls_at_once(
    socket_path: Path,
) -> None:
    failures: list[EngineStartError] = []
    client = SocketEngineClient(
        f"unix://{socket_path}",
        first_timeout=PATIENCE,
        failure=lambda: failures[0] if failures else None,
    )
    calls = [asyncio.create_task(client.run_turn(turn(number))) for number in range(3)]
    await asyncio.sleep(0)
    failures.append(EngineStartError("no weights"))
    for call in calls:
        with pytest.raises(EngineStartError, match="no weights"):
            await call
    await client.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("overloaded", EngineUnavailableError),
        ("deadline", EngineUnavailableError),
        ("internal", EngineUnavailableError),
        ("engine", EngineUnavailableError),
        ("contract", EngineRejectedError),
        ("pack", EngineRejectedError),
    ],
)
async def test_errors_of_the_engine_become_errors_of_the_bot(
    socket_path: Path, code: str, expected: type[Exception]
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await read_call(reader)
        writer.write(Answer(call.id, error=code, message="the reason").to_line())
        await reader.read()

    async with (
        scripted(socket_path, refuse),
        connected(f"unix://{socket_path}") as client,
    ):
        with pytest.raises(expected, match="the reason"):
            await client.run_turn(turn())


async def test_an_answer_in_another_form_is_rejected(socket_path: Path) -> None:
    async def answer_oddly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await read_call(reader)
        writer.write(Answer(call.id, {"verdict": "fine"}).to_line())
        await reader.read()

    async with (
        scripted(socket_path, answer_oddly),
        connected(f"unix://{socket_path}") as client,
    ):
        with pytest.raises(EngineRejectedError, match="same version"):
            await client.run_turn(turn())


async def test_a_request_too_long_to_travel_is_rejected_and_others_go_on(
    pack: QuestionPack,
) -> None:
    async with (
        running_worker(fake_pipeline(pack)) as worker,
        connected(worker.address) as client,
    ):
        with pytest.raises(EngineRejectedError, match="bytes long"):
            await client.run_turn(turn(answer="x" * LINE_LIMIT))
        assert (await client.run_turn(turn(1))).request_id == "request-1"


async def test_a_caller_that_gives_up_does_not_disturb_the_others(pack: QuestionPack) -> None:
    held = HeldEvaluator()
    async with (
        running_worker(fake_pipeline(pack, held)) as worker,
        connected(worker.address) as client,
    ):
        impatient = asyncio.create_task(client.run_turn(turn(1)))
        await held.begun.wait()
        patient = asyncio.create_task(client.run_turn(turn(2)))
        impatient.cancel()
        await asyncio.wait({impatient})
        held.release()
        assert (await patient).request_id == "request-2"


async def test_closing_ends_what_still_waits(socket_path: Path) -> None:
    async with scripted(socket_path, answer_nothing):
        client = SocketEngineClient(f"unix://{socket_path}")
        call = asyncio.create_task(client.run_turn(turn()))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(EngineUnavailableError, match="closed"):
            await call


def test_an_address_that_is_none_is_a_setting_to_correct() -> None:
    with pytest.raises(ConfigError, match=r"engine\.local"):
        SocketEngineClient("engine.local")
