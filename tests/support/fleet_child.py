"""A worker of a fleet whose turns take long: ``fleet_child URL FOLDER LEASE [SECONDS]``.

Without a number of seconds it never comes to the end of its first turn.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path

from engine.contract import Intent, TurnRequest
from engine.fleet import parse_fleet
from engine.fleet_worker import FleetWorker
from engine.ports import Evaluation
from engine.questions import QuestionPack
from engine.turn_queue import WorkerFacts
from tests.support.engine_server import fake_pipeline
from tests.support.small_pack import read_small_pack


class SlowEvaluator:
    """Stage 1 that says when it begins, and then takes its time.

    Args:
        seconds: how long; None for ever.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        threading.Event().wait(self._seconds)
        return Evaluation(Intent.SKIP)


async def main() -> None:
    """Serve until killed."""
    url, folder, lease, *seconds = sys.argv[1:]
    evaluator = SlowEvaluator(float(seconds[0]) if seconds else None)
    pipeline = fake_pipeline(read_small_pack(Path(folder)), evaluator)
    worker = FleetWorker(pipeline, WorkerFacts(True, {}, "cpu"), parse_fleet(url), float(lease))
    await worker.serve(asyncio.Event())


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    asyncio.run(main())
