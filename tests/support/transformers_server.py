"""A server that other people wrote: ``transformers serve``, in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

# What `pip install 'transformers[serving]'` brings.
NEEDED = ("fastapi", "uvicorn", "openai")
_PATIENCE = 240.0
_PROGRAM = "from transformers.cli.transformers import main; main()"


def missing() -> list[str]:
    """Return the packages that the server lacks here."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class TransformersServer:
    """Serves any model by its folder, at the same address each time it is started."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Base address of its API."""
        return f"http://127.0.0.1:{self._port}/v1"

    def start(self) -> None:
        """Start it, and return once it answers."""
        arguments = ["serve", "--device", "cpu", "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "it ended instead of serving"
            assert time.monotonic() < end, "it does not begin to serve"

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.2)
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self._port}/health", trust_env=False).is_success
        return False


@contextmanager
def transformers_server() -> Iterator[TransformersServer]:
    """Run a server for the length of a block."""
    server = TransformersServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
