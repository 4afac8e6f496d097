"""The command line as whoever types it meets it: its own process, folder and environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds; only a command that hangs ever needs them


@dataclass(frozen=True)
class Done:
    """A command that has ended.

    Args:
        code: its exit code.
        out, err: what it printed; line ends as they were.
    """

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What was printed, read as one JSON object a line and nothing else."""
        assert self.out == "" or self.out.endswith("\n")
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


def environment(folder: Path, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of somebody who has set nothing and whose home is `folder`."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")}
    place = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return {**kept, **homes, **place, **(changes or {})}


def start(
    folder: Path, *arguments: str | Path, changes: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``python -m bot`` in a folder; `changes` are environment variables."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(folder, changes),
    )


def finish(process: subprocess.Popen[bytes], typed: bytes = b"") -> Done:
    """Type, end the input, and wait for the end."""
    try:
        out, err = process.communicate(typed, timeout=PATIENCE)
    finally:
        process.kill()
    return Done(process.returncode, (out or b"").decode(), (err or b"").decode())


def run(
    folder: Path,
    *arguments: str | Path,
    typed: Iterable[str | bytes] = (),
    changes: Mapping[str, str] | None = None,
) -> Done:
    """Run ``python -m bot`` to its end with lines piped to it all at once."""
    lines = [line if isinstance(line, bytes) else line.encode() for line in typed]
    return finish(
        start(folder, *arguments, changes=changes), b"".join(line + b"\n" for line in lines)
    )


def chat(
    folder: Path, *arguments: str | Path, typed: Iterable[str | bytes] = (), style: str = "--json"
) -> Done:
    """Hold an interview with the engine's stand-ins; its database is `database(folder)`."""
    given = ("chat", style, "--fake", "--db", database(folder), *arguments)
    return run(folder, *given, typed=typed)


def database(folder: Path) -> Path:
    """Return the file in which `chat` keeps interviews."""
    return folder / "aurora.db"


def one_clear_line(done: Done) -> bool:
    """Whether a command did nothing but say on one line why it could not go on."""
    said_once = done.err.startswith("aurora: ") and done.err.count("\n") == 1
    return done.out == "" and said_once and done.err.endswith("\n")
