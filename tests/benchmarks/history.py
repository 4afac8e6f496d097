"""The runs so far, one JSON object a line, kept in the repository."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.command import ROOT

HISTORY = ROOT / "docs" / "benchmarks" / "history.jsonl"
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the benchmark.

    Args:
        day: when, ``YYYY-MM-DD`` in UTC.
        commit: what was measured; ends in ``+`` where files were changed since.
        processor: its name, as the system tells it.
        cores: how many this process might use.
        load: how many processes wanted a core on average, in the minute before; more than 0.5
            beforehand means that others disturbed.
        quick: whether it was the short form.
        figures: name → value of what was measured.
    """

    day: str
    commit: str
    processor: str
    cores: int
    load: float
    quick: bool
    figures: Mapping[str, float]

    def to_line(self) -> str:
        """Return the run as one line; four digits of each figure say enough."""
        data = asdict(self)
        data["figures"] = {name: _shortened(value) for name, value in self.figures.items()}
        return json.dumps(data, ensure_ascii=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Run:
        """Read what `to_line` wrote."""
        data: dict[str, Any] = json.loads(line)
        return cls(**data)


def this_run(figures: Mapping[str, float], *, quick: bool, load: float) -> Run:
    """Return a run of now, on this machine.

    Args:
        figures: name → value of what was measured.
        quick: whether it was the short form.
        load: of the machine before the run began.
    """
    cores = len(os.sched_getaffinity(0))
    day = datetime.now(UTC).date().isoformat()
    return Run(day, _commit(), _processor(), cores, round(load, 2), quick, figures)


def append(run: Run, file: Path = HISTORY) -> None:
    """Add a run at the end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(run.to_line())


def read(file: Path = HISTORY) -> list[Run]:
    """Return all runs, oldest first; none where there is no file yet."""
    if not file.exists():
        return []
    return [Run.from_line(line) for line in file.read_text("utf-8").splitlines() if line]


def _shortened(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "bot", "engine")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def _processor() -> str:
    """Return the processor's name where the system tells it, else its kind."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2] for line in told.splitlines() if line.startswith("model name")]
    return names[0].strip() if names else platform.machine()
