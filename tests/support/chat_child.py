"""``python -m bot`` in a process that was forked: the same command without the wait for imports."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bot.__main__ import main


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    typed: Connection,
    printed: Connection,
    errors: Path,
) -> None:
    """Be the command, with pipes as its standard input and output."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # looked up anew in this environment
    noted = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, descriptor in enumerate((typed.fileno(), printed.fileno(), noted)):
        os.dup2(descriptor, number)
    for connection in (typed, printed):
        connection.close()
    os.close(noted)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = ["aurora", *arguments]
    main()
