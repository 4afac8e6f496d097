"""Turns over NATS against a worker on a local socket, and workers that are killed meanwhile.

Stand-ins take the models' place (`tests.benchmarks.fleet`).
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.fleet import compare, options, survive
from tests.benchmarks.records import Record, not_measured
from tests.support.nats_server import NatsServer

_UNITS = {
    "fleet.lone_turn_more": "ms",
    "fleet.burst_share": "×",
    "fleet.kills.lost": "",
    "fleet.kills.late": "",
}
_QUICK_KILLS, _KILLS = 5, 120


def measure(quick: bool) -> list[Record]:
    """Return what the fleet costs more, and what it loses."""
    if shutil.which("nats-server") is None:
        return not_measured(_UNITS, "there is no nats-server")
    asked = options(["--kills", str(_QUICK_KILLS if quick else _KILLS)])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "streams").mkdir()
        server = NatsServer(folder / "streams")
        server.start()
        try:
            cost = asyncio.run(compare(folder / "packs", server, asked))
            kept = asyncio.run(survive(folder, server, asked))
        finally:
            server.kill()
    kills = f"{asked.kills} kills under load"
    figures = {
        "fleet.lone_turn_more": (cost.more, "median, one node"),
        "fleet.burst_share": (cost.burst_share, f"of the local rate, {asked.burst} at once"),
        "fleet.kills.lost": (float(kept.lost), kills),
        "fleet.kills.late": (float(kept.late), f"later than the lease + 2 s; {kills}"),
    }
    return [Record(name, value, _UNITS[name], note) for name, (value, note) in figures.items()]
