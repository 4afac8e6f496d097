"""How many people Aurora carries where, by the figures of the last benchmark.

    python -m tests.benchmarks.capacity              # the tables of docs/capacity.md
    python -m tests.benchmarks.capacity --simulate   # and whether a simulation agrees
    python -m tests.benchmarks.capacity --load 40    # and what a crowd on a real server finds

Each figure is the latest one that a run in docs/benchmarks/history.jsonl has.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence

from tests.benchmarks.closed_queue import Station, expected, people_carried
from tests.benchmarks.deployments import (
    NEEDED,
    Deployment,
    bot_station,
    database_station,
    deployments,
    discord,
    gpu_seconds,
    servers_for,
    telegram,
    worker_station,
)
from tests.benchmarks.history import read
from tests.benchmarks.queue_simulation import ClosedQueue

THINK = 60.0
"""Seconds between a reply and the next message: reading, thinking, typing."""
CROWDS = (1_000, 10_000, 100_000, 1_000_000)
_SIMULATED_TURNS = 40_000
# Beyond that a simulation takes minutes and shows nothing new.
_MOST_SIMULATED = 20_000


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    options = _parser().parse_args(argv)
    figures = latest_figures()
    if lacking := [name for name in NEEDED if name not in figures]:
        say(f"no run has {', '.join(lacking)}; run: python -m tests.benchmarks --keep")
        return 2
    places = deployments(figures)
    _tell_places(places)
    _tell_crowds(figures)
    if options.simulate:
        _tell_simulation(places)
    if options.load:
        from tests.benchmarks.crowd_load import load  # noqa: PLC0415 - starts servers

        for line in asyncio.run(load(options.load)):
            say(line)
    return 0


def latest_figures() -> dict[str, float]:
    """Return the latest value of every figure in the history."""
    return {name: value for run in read() for name, value in run.figures.items()}


def _tell_places(places: Sequence[Deployment]) -> None:
    say(f"| where | people at once, {THINK:g} s of thinking | reply after | busy first | next |")
    say("|---|---|---|---|---|")
    for place in places:
        people = people_carried(place.stations, THINK)
        waited = expected(place.stations, people, THINK).response
        first, then = sorted(place.stations, key=lambda station: station.rate)[:2]
        note = " (computed)" if place.computed else ""
        busy = f"{first.name} | {then.name}"
        say(f"| {place.name} | {people:,}{note} | {waited * 1000:.0f} ms | {busy} |")


def _tell_crowds(figures: Mapping[str, float]) -> None:
    """Say what it takes to serve ever more people, on CPU workers and with GPUs."""
    stations = (
        worker_station(figures, 1),
        bot_station(figures, 1),
        database_station(figures, 1),
        telegram(figures, 1),
        discord(1),
        Station("generator's GPU", gpu_seconds(figures)),
    )
    say(f"| people at once | turns/s | {' | '.join(s.name + 's' for s in stations)} |")
    say("|---" * (len(stations) + 2) + "|")
    for people in CROWDS:
        rate = people / THINK
        needed = " | ".join(f"{servers_for(station, rate):,}" for station in stations)
        say(f"| {people:,} | {rate:,.0f} | {needed} |")


def _tell_simulation(places: Sequence[Deployment]) -> None:
    say("| where, simulated | people | turns/s | by arithmetic | reply after | by arithmetic |")
    say("|---|---|---|---|---|---|")
    for place in places:
        most = people_carried(place.stations, THINK)
        for people in (most // 2, most):
            if people > _MOST_SIMULATED:
                continue
            found = ClosedQueue(place.stations, people, THINK).run(_SIMULATED_TURNS)
            told = expected(place.stations, people, THINK)
            rates = f"{found.rate:.2f} | {told.rate:.2f}"
            waits = f"{found.response * 1000:.0f} ms | {told.response * 1000:.0f} ms"
            say(f"| {place.name} | {people:,} | {rates} | {waits} |")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.capacity", description=__doc__
    )
    parser.add_argument("--simulate", action="store_true", help="check the arithmetic")
    parser.add_argument("--load", type=int, metavar="PEOPLE", help="have a crowd come, on Telegram")
    return parser


if __name__ == "__main__":
    sys.exit(main())
