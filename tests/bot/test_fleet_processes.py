"""A fleet as an operator starts it: processes, addresses and signals."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.command import PATIENCE, ROOT, one_clear_line, run
from tests.support.nats_server import NatsServer


@contextmanager
def worker_process(server: NatsServer) -> Iterator[subprocess.Popen[str]]:
    """Run a worker of a fleet for the length of a block."""
    command = [sys.executable, "-m", "engine", "--fake", "--listen", str(server.address)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def says(worker: subprocess.Popen[str], words: str) -> bool:
    """Return whether the next line that a worker prints has these words in it."""
    assert worker.stderr is not None
    return words in worker.stderr.readline()


def ends_in_order(worker: subprocess.Popen[str]) -> bool:
    """Tell a worker to stop; return whether it did so without another word."""
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=PATIENCE)
    return (worker.returncode, said) == (0, "")


def test_an_interview_is_held_by_a_fleet(fleet_server: NatsServer, tmp_path: Path) -> None:
    changes = {"ENGINE_URL": str(fleet_server.address)}
    with worker_process(fleet_server) as worker:
        assert says(worker, f"waiting for the server at {fleet_server.address}")
        assert says(worker, f"listening at {fleet_server.address}")
        done = run(tmp_path, "chat", "--json", typed=["좋아요"], changes=changes)
        assert done.code == 0, done.err
        assert [line["turn"] for line in done.objects] == [0, 1]
        assert ends_in_order(worker)


def test_a_worker_that_waits_for_its_server_ends_when_told_to(tmp_path: Path) -> None:
    with worker_process(NatsServer(tmp_path)) as worker:
        assert says(worker, "waiting for the server")
        assert ends_in_order(worker)


def test_a_bot_without_a_server_says_what_to_do(tmp_path: Path) -> None:
    nobody = NatsServer(tmp_path).address
    done = run(tmp_path, "chat", "--json", changes={"ENGINE_URL": str(nobody)})
    assert done.code == 5
    assert one_clear_line(done)
    assert f"python -m engine --listen {nobody}" in done.err
