"""What a fleet costs against a worker on a local socket, and what it keeps when workers die.

    python -m tests.benchmarks.fleet
    python -m tests.benchmarks.fleet --kills 120

Stand-ins take the models' place: a turn waits for as long as one of the bundled models would work.
Both ways serve the same turns on the same machine, by turns, so that their figures can be compared
where other things run as well. Then a worker of several is killed every second under load.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.engine_answers import Engine
from bot.engine_client import SocketEngineClient
from bot.fleet_client import FleetEngineClient
from engine.contract import Intent, TurnRequest
from engine.fleet import LEASE_SECONDS
from engine.ports import Evaluation
from engine.questions import QuestionPack
from tests.support.command import ROOT
from tests.support.engine_server import fake_pipeline, running_worker
from tests.support.fleet import fleet_client, fleet_worker
from tests.support.nats_server import NatsServer
from tests.support.small_pack import read_small_pack, turn

_PATIENCE = 300.0


class WaitingEvaluator:
    """Stage 1 that waits as a model would work.

    Args:
        seconds: for how long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""
        time.sleep(self._seconds)
        return Evaluation(Intent.SKIP)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def lone(engine: Engine, numbers: Iterator[int], count: int) -> list[float]:
    """Ask one turn after the other; return the seconds that each took."""
    took = []
    for number in itertools.islice(numbers, count):
        began = time.perf_counter()
        await engine.run_turn(turn(number))
        took.append(time.perf_counter() - began)
    return took


async def burst(engine: Engine, numbers: Iterator[int], count: int) -> float:
    """Ask many turns at once; return how many were answered a second."""
    requests = [turn(number) for number in itertools.islice(numbers, count)]
    began = time.perf_counter()
    await asyncio.gather(*map(engine.run_turn, requests))
    return count / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fleet costs against a worker on a local socket.

    Args:
        alone: way → milliseconds of each lone turn.
        burst_share: share of the local rate at which a burst is answered.
    """

    alone: Mapping[str, Sequence[float]]
    burst_share: float

    @property
    def middle(self) -> dict[str, float]:
        """Way → median milliseconds of a lone turn."""
        return {way: statistics.median(took) for way, took in self.alone.items()}

    @property
    def least(self) -> dict[str, float]:
        """Way → milliseconds that a tenth of the lone turns stay below."""
        return {way: statistics.quantiles(took, n=10)[0] for way, took in self.alone.items()}

    @property
    def more(self) -> float:
        """By how many milliseconds a lone turn takes longer."""
        return self.middle["fleet"] - self.middle["local"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of turns whose workers were killed.

    Args:
        took: seconds of each turn that was answered.
        again: how many a second worker answered.
        lost: how many were never answered.
        late: how many took longer than the lease and 2 s.
    """

    took: Sequence[float]
    again: int
    lost: int
    late: int


async def compare(folder: Path, server: NatsServer, asked: argparse.Namespace) -> Cost:
    """Measure both ways by turns."""
    pipeline = fake_pipeline(read_small_pack(folder), WaitingEvaluator(asked.turn))
    numbers = itertools.count()
    async with (
        running_worker(pipeline, queue_limit=asked.burst) as worker,
        fleet_worker(pipeline, server.address),
        fleet_client(server.address, within=_PATIENCE) as fleet,
    ):
        local = SocketEngineClient(str(worker.address), timeout=_PATIENCE)
        alone: dict[str, list[float]] = {"local": [], "fleet": []}
        ratios = []
        await lone(local, numbers, 20)
        await lone(fleet, numbers, 20)
        for _ in range(asked.rounds):
            alone["local"] += await lone(local, numbers, 20)
            alone["fleet"] += await lone(fleet, numbers, 20)
            rates = [await burst(engine, numbers, asked.burst) for engine in (local, fleet)]
            ratios.append(rates[1] / rates[0])
        await local.close()
    milliseconds = {way: [seconds * 1000 for seconds in took] for way, took in alone.items()}
    return Cost(milliseconds, statistics.median(ratios))


def tell_cost(cost: Cost, asked: argparse.Namespace) -> None:
    """Print what a fleet costs."""
    say(f"lone turn of {asked.turn * 1000:g} ms, local and fleet, in ms:")
    for what, found in (("median", cost.middle), ("fastest tenth", cost.least)):
        more = found["fleet"] - found["local"]
        say(f"  {what}: {found['local']:.2f} and {found['fleet']:.2f}, {more:+.2f}")
    say(f"burst of {asked.burst}: fleet at {cost.burst_share:.2f} of the local rate")


class Workers:
    """Worker processes of which one after the other is killed.

    Args:
        server: where they take turns from.
        folder: for their packs.
        asked: the options.
    """

    def __init__(self, server: NatsServer, folder: Path, asked: argparse.Namespace) -> None:
        self._server = server
        self._folder = folder
        self._asked = asked
        self._running: list[asyncio.subprocess.Process] = []
        self._made = itertools.count()

    async def start(self) -> None:
        """Start one more; return once it takes turns."""
        place = self._folder / f"worker{next(self._made)}"
        options = (str(self._server.address), str(place), *map(str, (self._asked.lease, 0.2)))
        command = (sys.executable, "-m", "tests.support.fleet_child", *options)
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdout=quiet, stderr=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert process.stderr is not None
        while b"listening" not in (line := await process.stderr.readline()):
            assert line, "the worker ended before it took turns"
        self._running.append(process)

    async def kill_oldest(self) -> None:
        """Kill the one that has been there longest, in the middle of whatever it does."""
        oldest = self._running.pop(0)
        oldest.kill()
        await oldest.wait()

    async def kill_all(self) -> None:
        """End the rest."""
        while self._running:
            await self.kill_oldest()


async def survive(folder: Path, server: NatsServer, asked: argparse.Namespace) -> Kept:
    """Kill a worker a second under load."""
    workers = Workers(server, folder, asked)
    for _ in range(asked.workers):
        await workers.start()
    async with fleet_client(server.address, within=_PATIENCE) as fleet:
        await fleet.health(within=_PATIENCE)
        took: list[float] = []
        enough = asyncio.Event()
        talking = [
            asyncio.create_task(_talk(fleet, person, took, enough, asked.think))
            for person in range(asked.people)
        ]
        for _ in range(asked.kills):
            await asyncio.sleep(asked.every)
            await workers.start()
            await workers.kill_oldest()
        enough.set()
        ended = await asyncio.gather(*talking, return_exceptions=True)
        lost = [error for error in ended if error is not None]
        queue = await fleet.queue()
    await workers.kill_all()
    late = [seconds for seconds in took if seconds > asked.lease + 2]
    return Kept(took, queue.redeliveries if queue else 0, len(lost), len(late))


def tell_kept(kept: Kept, asked: argparse.Namespace) -> None:
    """Print what was lost, and how long the longest turn took."""
    say(f"{asked.kills} kills, {asked.workers} workers, lease {asked.lease:g} s:")
    say(f"  {len(kept.took)} turns answered, {kept.again} by a second worker, {kept.lost} lost")
    say(f"  median {statistics.median(kept.took):.2f} s, longest {max(kept.took):.2f} s")
    say(f"  {kept.late} took longer than the lease and 2 s")


async def _talk(
    fleet: FleetEngineClient, person: int, took: list[float], enough: asyncio.Event, think: float
) -> None:
    """Ask for turn after turn until it is enough."""
    for number in itertools.takewhile(lambda _: not enough.is_set(), itertools.count()):
        request: TurnRequest = turn(10_000_000 + person * 10_000 + number)
        began = time.perf_counter()
        result = await fleet.run_turn(request)
        if result.request_id != request.request_id:
            raise AssertionError(f"{result.request_id} came for {request.request_id}")
        took.append(time.perf_counter() - began)
        await asyncio.sleep(think)


def options(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read a command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turn", type=float, default=0.0038, help="seconds that a turn works")
    parser.add_argument("--burst", type=int, default=512, help="turns at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--every", type=float, default=1.0, help="seconds from kill to kill")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--think", type=float, default=0.5, help="seconds between turns")
    parser.add_argument("--lease", type=float, default=LEASE_SECONDS)
    return parser.parse_args(argv)


def main() -> None:
    """Run what was asked for."""
    asked = options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "streams").mkdir()
        server = NatsServer(folder / "streams")
        server.start()
        try:
            if asked.rounds:
                tell_cost(asyncio.run(compare(folder / "packs", server, asked)), asked)
            if asked.kills:
                tell_kept(asyncio.run(survive(folder, server, asked)), asked)
        finally:
            server.kill()


if __name__ == "__main__":
    main()
