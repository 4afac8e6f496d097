"""A real NATS server of the test's own, with JetStream, on a free port.

Where the program is not installed, tests that need it are skipped; not so in CI (``CI=true``),
where they fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from engine.fleet import NatsAddress

_PROGRAM = "nats-server"
_ENDING_SECONDS = 20


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class NatsServer:
    """A server that can be started, killed and started again over the same files.

    Args:
        folder: where it keeps its streams; None for a server without any.
        options: further options of the program.
    """

    def __init__(self, folder: Path | None, *options: str) -> None:
        self.address = NatsAddress("127.0.0.1", free_port())
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; whoever connects tries until it listens."""
        where = ("--addr", "127.0.0.1", "--port", str(self.address.port))
        keeps = ("--jetstream", "--store_dir", str(self._folder)) if self._folder else ()
        self._process = subprocess.Popen(
            [_program(), *where, *keeps, *self._options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_ENDING_SECONDS)
            self._process = None

    def forget(self) -> None:
        """Lose everything that it kept; only while it is not running."""
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder.mkdir()


def _program() -> str:
    found = shutil.which(_PROGRAM, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{_PROGRAM} is needed in CI")
        pytest.skip(f"{_PROGRAM} is not installed (apt-get install nats-server)")
    return found
