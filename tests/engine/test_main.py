"""``python -m engine`` as whoever starts it sees it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.__main__ import _stop_signals
from engine.check import check_engine
from engine.contract import Call
from engine.loading import EngineSettings
from tests.support.engine_server import PATIENCE
from tests.support.small_pack import write_small_pack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return write_small_pack(tmp_path / "packs")


@pytest.fixture
def address() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"unix://{folder}/engine.sock"


def _path(address: str) -> Path:
    return Path(address.removeprefix("unix://"))


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def finish(*arguments: str | Path) -> tuple[int, str, str]:
    """Run to the end; return exit code, standard output and standard error."""
    process = start(*arguments)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def wait_until_it_listens(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    assert "listening" in process.stderr.readline()


def one_clear_line(err: str) -> bool:
    return err.startswith("engine: ") and err.count("\n") == 1 and "Traceback" not in err


def test_it_ends_in_order_when_terminated(packs: Path, address: str) -> None:
    process = start("--fake", "--packs", packs, "--listen", address)
    wait_until_it_listens(process)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(_path(address)))
        caller.sendall(Call("h", "health").to_line())
        answer = json.loads(caller.makefile().readline())
    assert answer["payload"]["fake"] is True
    assert answer["payload"]["pid"] == process.pid
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")
    assert not _path(address).exists()


def test_it_ends_with_its_standard_input_where_asked_to(packs: Path, address: str) -> None:
    process = start("--fake", "--packs", packs, "--listen", address, "--exit-with-stdin")
    wait_until_it_listens(process)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert not _path(address).exists()


def test_whoever_tells_it_to_stop_once_more_does_not_disturb_its_end() -> None:
    async def serve() -> None:
        _stop_signals()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        asyncio.run(serve())
        for number, handler in before.items():
            assert signal.getsignal(number) is not handler
            signal.raise_signal(number)  # a traceback here would be the worker's last words
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_no_packs_is_exit_code_3_and_one_line(tmp_path: Path) -> None:
    code, out, err = finish("--fake", "--packs", tmp_path)
    assert (code, out) == (3, "")
    assert one_clear_line(err)
    assert str(tmp_path) in err


def test_a_broken_pack_is_exit_code_3_and_names_the_place(packs: Path) -> None:
    (packs / "small" / "topics" / "loss.yaml").write_text("id: [loss\n")
    code, _, err = finish("--fake", "--packs", packs)
    assert code == 3
    assert one_clear_line(err)
    assert "small/topics/loss.yaml:" in err
    assert "packs validate" in err


def test_missing_weights_are_exit_code_2_and_one_line(packs: Path, tmp_path: Path) -> None:
    code, out, err = finish("--packs", packs, "--weights", tmp_path)
    assert (code, out) == (2, "")
    assert one_clear_line(err)
    assert "restore it" in err


def test_an_address_in_use_is_exit_code_1_and_one_line(packs: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = finish("--fake", "--packs", packs, "--listen", address)
    assert code == 1
    assert one_clear_line(err)
    assert address in err


def test_a_verifier_that_is_none_is_refused_with_what_to_write(packs: Path) -> None:
    code, out, err = finish("--packs", packs, "--verifier", "some/model")
    assert (code, out) == (2, "")
    assert "hub:NAME_OR_FOLDER" in err
    assert "Traceback" not in err


def test_check_is_content_with_what_is_there(packs: Path) -> None:
    code, out, _ = finish("--check", "--fake", "--packs", packs)
    assert code == 0
    assert json.loads(out) == {"ok": True, "problems": [], "models": {}, "device": "cpu"}


def test_check_names_every_problem_at_once(packs: Path, tmp_path: Path) -> None:
    (packs / "small" / "topics" / "risk.yaml").unlink()
    (tmp_path / "weights").mkdir()
    code, out, _ = finish("--check", "--packs", packs, "--weights", tmp_path / "weights")
    account = json.loads(out)
    assert (code, account["ok"]) == (1, False)
    assert any(problem.startswith("pack: small/") for problem in account["problems"])
    assert any(problem.startswith("weights: ") for problem in account["problems"])


@pytest.mark.models
def test_a_generator_that_cannot_be_used_is_told_and_the_worker_serves(
    packs: Path, address: str
) -> None:
    process = start("--packs", packs, "--generator", "kanana", "--listen", address)
    assert process.stderr is not None
    said = list(iter(process.stderr.readline, f"engine: listening at {address}\n"))
    trouble = "engine: utterances are curated: 'kanana' is no generator; write auto, curated, "
    assert [line for line in said if line.startswith(trouble)]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.models
def test_check_has_the_generator_write_something(packs: Path) -> None:
    account = check_engine(EngineSettings(packs, generator="openai:m@http://127.0.0.1:1/v1"))
    (problem,) = account["problems"]
    assert account["ok"] is False
    assert problem.startswith("generator: http://127.0.0.1:1/v1/chat/completions cannot be reached")
    assert problem.endswith("until then utterances are curated")
    assert account["generator"]["speaks"] == "openai:m"
