"""Processes seen from outside: their memory, the time that they computed, and whose they are."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def resident_mebibytes(pid: int) -> float:
    """Return how much of a process's memory is in use now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """Return how long a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [
        int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    ]


def processes_named(part: str) -> list[int]:
    """Return the processes that have a word in the name that they show, such as a database's."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # one that has just ended
            if part in (place / "cmdline").read_text("utf-8", "replace"):
                found.append(int(place.name))
    return found
