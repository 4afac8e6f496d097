"""The bot's own worker: real processes, started, killed, started again, and never left behind."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import select
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine_client import SocketEngineClient
from bot.engine_process import TAIL_LINES, Backoff, EngineProcess, WorkerOptions
from bot.errors import EngineStartError
from engine.generator_spec import KEY_VARIABLE as GENERATOR_KEY
from engine.pack_reader import read_pack
from engine.verifier_spec import KEY_VARIABLE
from tests.support.engine_server import PATIENCE, fake_pipeline
from tests.support.small_pack import PACK, script, turn, write_small_pack

ROOT = Path(__file__).parents[2]
KILLS = 50


def no_pause() -> Backoff:
    """Start again at once, however short the last worker lived."""
    return Backoff(first=0.0, longest=0.0)


@pytest.fixture
def options(tmp_path: Path) -> WorkerOptions:
    return WorkerOptions(packs=write_small_pack(tmp_path / "packs"), fake=True)


@asynccontextmanager
async def started(process: EngineProcess) -> AsyncIterator[EngineProcess]:
    process.start()
    try:
        yield process
    finally:
        await process.stop()


@asynccontextmanager
async def client_of(process: EngineProcess) -> AsyncIterator[SocketEngineClient]:
    client = SocketEngineClient(
        process.address, timeout=60, first_timeout=60, failure=lambda: process.failure
    )
    try:
        yield client
    finally:
        await client.close()


def python(code: str) -> Sequence[str]:
    """Return a worker program written for the test; it is given a worker's arguments."""
    return (sys.executable, "-c", code)


async def error_of(process: EngineProcess) -> str:
    """Wait until a worker is given up, and return why."""
    with pytest.raises(EngineStartError) as caught:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    return str(caught.value)


async def ended(pid: int) -> bool:
    """Wait until a process, ours or not, is gone."""

    def wait(descriptor: int) -> bool:
        watch = select.poll()
        watch.register(descriptor, select.POLLIN)
        return bool(watch.poll(PATIENCE * 1000))

    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return await asyncio.to_thread(wait, descriptor)
    finally:
        os.close(descriptor)


async def test_it_starts_serves_and_leaves_nothing_behind(options: WorkerOptions) -> None:
    process = EngineProcess(options)
    folder = Path(process.address.removeprefix("unix://")).parent
    async with started(process), client_of(process) as client:
        pid = (await client.health())["pid"]
        assert pid == process.pid
    assert await ended(pid)
    assert process.pid is None
    assert not folder.exists()


def test_the_key_of_a_verifier_travels_in_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    spec = "openai:m@http://127.0.0.1:8000/v1"
    options = WorkerOptions(verifier=spec, verifier_key="sk-quite-secret")
    assert options.environment()[KEY_VARIABLE] == "sk-quite-secret"
    assert options.arguments()[-2:] == ["--verifier", spec]
    assert "sk-quite-secret" not in repr(options)
    # What is set already is left as it is.
    monkeypatch.setenv(KEY_VARIABLE, "mine")
    assert WorkerOptions(verifier=spec).environment()[KEY_VARIABLE] == "mine"


def test_the_key_of_a_generator_travels_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(GENERATOR_KEY, raising=False)
    options = WorkerOptions(generator="--odd", generator_key="sk-quite-secret")
    assert options.environment()[GENERATOR_KEY] == "sk-quite-secret"
    assert options.arguments()[-1] == "--generator=--odd"
    assert "sk-quite-secret" not in repr(options)
    assert GENERATOR_KEY not in WorkerOptions().environment()


async def test_killed_at_random_moments_every_call_is_answered_as_if_undisturbed(
    options: WorkerOptions, tmp_path: Path
) -> None:
    chance = random.Random(20261122)
    pipeline = fake_pipeline(read_pack(tmp_path / "packs" / PACK.id))
    expected = {request.request_id: pipeline.run(request) for request in script()}
    finished = asyncio.Event()
    pids: list[int] = []

    async def keep_calling(client: SocketEngineClient) -> int:
        answered = 0
        requests = itertools.cycle(script())
        while not finished.is_set():
            request = next(requests)
            assert await client.run_turn(request) == expected[request.request_id]
            answered += 1
        return answered

    async def keep_killing(client: SocketEngineClient) -> None:
        while len(pids) < KILLS:
            # Some turns from now, and then somewhere in the middle of the next one.
            for _ in range(1 + chance.randrange(8)):
                pid = (await client.health())["pid"]
            for _ in range(chance.randrange(60)):
                await asyncio.sleep(0)
            os.kill(pid, signal.SIGKILL)
            pids.append(pid)
        finished.set()

    async with (
        started(EngineProcess(options, no_pause())) as process,
        client_of(process) as client,
        asyncio.timeout(120),
        asyncio.TaskGroup() as group,
    ):
        callers = [group.create_task(keep_calling(client)) for _ in range(3)]
        group.create_task(keep_killing(client))
    assert len(set(pids)) == KILLS
    assert all(caller.result() > len(script()) for caller in callers)


async def test_a_worker_that_dies_while_starting_is_started_again(
    options: WorkerOptions, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    code = f"""
import os, signal, sys
with open({str(starts)!r}, "a") as file:
    file.write("x")
if os.path.getsize({str(starts)!r}) <= 2:
    os.kill(os.getpid(), signal.SIGKILL)
from engine.__main__ import main
sys.exit(main())
"""
    process = EngineProcess(options, no_pause(), python(code))
    async with started(process), client_of(process) as client:
        assert (await client.run_turn(turn(1))).request_id == "request-1"
    assert starts.read_text() == "xxx"


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("sys.exit(1)", 1),
        ("import no_such_library", 1),
        ("os.kill(os.getpid(), signal.SIGILL)", -signal.SIGILL),
    ],
)
async def test_a_worker_that_always_dies_while_starting_is_given_up(
    tmp_path: Path, ending: str, code: int
) -> None:
    starts = tmp_path / "starts"
    program = f"""
import os, signal, sys
with open({str(starts)!r}, "a") as file:
    file.write("x")
print("this will go wrong", file=sys.stderr, flush=True)
{ending}
"""
    async with started(EngineProcess(None, no_pause(), python(program))) as process:
        error = await error_of(process)
    assert f"exit code {code}" in error
    assert "this will go wrong" in error
    assert starts.read_text() == "xxx"


async def test_a_worker_that_listened_each_time_is_never_given_up(options: WorkerOptions) -> None:
    async with started(EngineProcess(options, no_pause())) as process, client_of(process) as client:
        for _ in range(5):
            os.kill((await client.health())["pid"], signal.SIGKILL)
        assert (await client.run_turn(turn(1))).request_id == "request-1"
        assert process.failure is None


async def test_unusable_packs_end_the_attempts_and_every_waiting_call(tmp_path: Path) -> None:
    process = EngineProcess(WorkerOptions(packs=tmp_path, fake=True))
    async with started(process), client_of(process) as client:
        with pytest.raises(EngineStartError, match="no question pack"):
            await client.run_turn(turn())
        assert "exit code 3" in await error_of(process)


async def test_unusable_weights_end_the_attempts(tmp_path: Path) -> None:
    options = WorkerOptions(packs=write_small_pack(tmp_path / "packs"), weights=tmp_path)
    async with started(EngineProcess(options)) as process:
        error = await error_of(process)
    assert "exit code 2" in error
    assert "restore it" in error


async def test_a_program_that_is_not_there_ends_the_attempts() -> None:
    async with started(EngineProcess(command=["/nowhere/python"])) as process:
        assert "/nowhere/python" in await error_of(process)


async def test_the_error_quotes_the_last_lines_that_the_worker_printed() -> None:
    code = "import sys; [print('line', n, file=sys.stderr) for n in range(200)]; sys.exit(2)"
    async with started(EngineProcess(command=python(code))) as process:
        said = (await error_of(process)).splitlines()
    assert said[-1] == "line 199"
    assert f"line {200 - TAIL_LINES - 1}" not in said
    assert len(said) == TAIL_LINES


async def test_output_without_line_ends_neither_blocks_nor_is_hoarded() -> None:
    code = "import sys; sys.stderr.write('#' * 3_000_000); sys.exit(2)"
    async with started(EngineProcess(command=python(code))) as process:
        assert len(await error_of(process)) < 1_000_000


async def test_a_worker_that_will_not_end_is_killed(options: WorkerOptions) -> None:
    code = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal = lambda *_: None
from engine.__main__ import main
sys.exit(main())
"""
    process = EngineProcess(options, command=python(code), grace=0.05)
    async with started(process), client_of(process) as client:
        pid = (await client.health())["pid"]
    assert await ended(pid)


async def test_a_killed_bot_leaves_no_worker(options: WorkerOptions) -> None:
    code = """
import asyncio, json, sys
from pathlib import Path
from bot.engine_client import SocketEngineClient
from bot.engine_process import EngineProcess, WorkerOptions

async def main():
    process = EngineProcess(WorkerOptions(packs=Path(sys.argv[1]), fake=True))
    process.start()
    health = await SocketEngineClient(process.address).health()
    print(json.dumps({"pid": health["pid"], "address": process.address}), flush=True)
    await process.wait()

asyncio.run(main())
"""
    bot = await asyncio.create_subprocess_exec(
        *python(code), str(options.packs), cwd=ROOT, stdout=PIPE, stderr=DEVNULL
    )
    assert bot.stdout is not None
    line = b""
    while not line.startswith(b"{"):  # log lines come before it
        line = await bot.stdout.readline()
        assert line
    told = json.loads(line)
    bot.kill()
    await bot.wait()
    assert await ended(told["pid"])
    # The worker removed its socket, so the folder is empty.
    await asyncio.to_thread(Path(told["address"].removeprefix("unix://")).parent.rmdir)


async def test_a_long_temporary_folder_falls_back_to_the_loopback_interface(
    options: WorkerOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    process = EngineProcess(options)
    assert process.address.startswith("tcp://127.0.0.1:")
    async with started(process), client_of(process) as client:
        assert (await client.run_turn(turn(1))).request_id == "request-1"


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(first=0.2, longest=1.0, settled=60)
    assert [backoff.after(ran=1) for _ in range(5)] == [0.2, 0.4, 0.8, 1.0, 1.0]


def test_after_a_worker_that_ran_well_the_pause_is_short_again() -> None:
    backoff = Backoff(first=0.2, longest=30, settled=60)
    for _ in range(4):
        backoff.after(ran=1)
    assert [backoff.after(ran=61), backoff.after(ran=1)] == [0.2, 0.4]
