"""One worker and 1, 8, 64, 512 conversations that never pause: turns a second, and how long each.

The worker has one core, the conversations the others. What it refuses because too many wait already
is asked again, as the bot's inbox would.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.engine_client import SocketEngineClient
from bot.errors import EngineUnavailableError
from engine.contract import TurnRequest
from tests.benchmarks.processes import cpu_seconds, resident_mebibytes
from tests.benchmarks.records import Record
from tests.benchmarks.timing import share
from tests.benchmarks.turns import shipped_pack, turns
from tests.benchmarks.worker_process import RunningWorker, running_worker

AT_ONCE = (1, 8, 64, 512)
_PATIENCE = 300.0
_AGAIN_SECONDS = 0.05
# Different turns; asked again and again, so that no topic is met for the first time while timed.
_KINDS = 48


@dataclass
class Heard:
    """What conversations noted.

    Args:
        seconds: how long all of it took.
        cpu_seconds: how long the worker computed meanwhile.
        milliseconds: stage → of each turn; ``answered`` is what the person waits for.
        refused: how often the worker had too much to do.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.milliseconds["answered"]) / self.seconds

    @property
    def computed(self) -> float:
        """Milliseconds of the worker's core that a turn took; others' programs do not count."""
        return self.cpu_seconds / len(self.milliseconds["answered"]) * 1000


def measure(quick: bool) -> list[Record]:
    """Return rates and times for each number of conversations, and what the worker needed."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), 1 if quick else 4))


async def _measure(folder: Path, effort: int) -> list[Record]:
    requests = list(itertools.islice(turns(shipped_pack()), _KINDS))
    heard: dict[int, Heard] = {}
    async with running_worker(folder) as first:
        pass  # the first start on a machine makes what later ones find
    async with running_worker(folder) as worker:
        client = SocketEngineClient(str(worker.address), timeout=_PATIENCE)
        await converse(worker, client, requests, 1, _KINDS)
        for people in AT_ONCE:
            count = effort * max(_KINDS, people)
            heard[people] = await converse(worker, client, requests, people, count)
        await client.close()
        needs = [
            Record("start.worker_ready_at_first", first.ready_after, "s", "on a new machine"),
            Record("start.worker_ready", worker.ready_after, "s", "from then on"),
            Record("start.worker_computed", worker.ready_computed, "s", "of a core, until then"),
            Record("start.torch_imported", float(worker.imports_torch), "", "1 where it was"),
            Record("memory.worker", resident_mebibytes(worker.pid), "MiB", "after all this"),
        ]
    over = heard[1].computed / heard[64].computed
    batched = Record("conversations.64.over_unbatched", over, "×", "turns of a core's second")
    return [*needs, *itertools.chain(*(_records(n, h) for n, h in heard.items())), batched]


async def converse(
    worker: RunningWorker,
    client: SocketEngineClient,
    requests: list[TurnRequest],
    people: int,
    count: int,
) -> Heard:
    """Have so many people ask one turn after the other, `count` turns in all."""
    heard = Heard()
    left = itertools.islice(itertools.cycle(requests), count)
    began, computed = time.perf_counter(), cpu_seconds(worker.pid)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(people):
            tasks.create_task(_talk(client, left, heard))
    heard.seconds = time.perf_counter() - began
    heard.cpu_seconds = cpu_seconds(worker.pid) - computed
    return heard


async def _talk(
    client: SocketEngineClient, left: itertools.islice[TurnRequest], heard: Heard
) -> None:
    for request in left:
        began = time.perf_counter()
        while True:
            try:
                result = await client.run_turn(request)
                break
            except EngineUnavailableError:
                heard.refused += 1
                await asyncio.sleep(_AGAIN_SECONDS)
        heard.milliseconds["answered"].append((time.perf_counter() - began) * 1000)
        for stage, milliseconds in result.timings_ms.items():
            heard.milliseconds[stage].append(milliseconds)


def _records(people: int, heard: Heard) -> list[Record]:
    name = f"conversations.{people}"
    refused = f"{heard.refused} times refused" if heard.refused else ""
    return [
        Record(f"{name}.turns_per_second", heard.rate, "1/s", refused),
        Record(f"{name}.computed", heard.computed, "ms", "of the worker's core, a turn"),
        *(
            Record(f"{name}.{stage}.p{part}", share(values, part / 100), "ms")
            for stage, values in heard.milliseconds.items()
            for part in (50, 95)
        ),
    ]
