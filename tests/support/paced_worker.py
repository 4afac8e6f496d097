"""A worker of a fleet without models whose turns take their time; forked, it is there at once."""

from __future__ import annotations

import asyncio
import logging
import time
from multiprocessing.connection import Connection

from engine.contract import TurnRequest
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeSelector
from engine.fleet import LEASE_SECONDS, parse_fleet
from engine.fleet_worker import FleetWorker
from engine.loading import load_packs
from engine.pipeline import Pipeline
from engine.ports import Evaluation
from engine.questions import QuestionPack
from engine.turn_queue import WorkerFacts
from tests.support.command import ROOT

# Read where this is imported, so that processes forked from there have them already.
_PACKS = load_packs(ROOT / "dataset" / "packs")
_GENERATOR = CuratedGenerator(load_reactions())


class PacedEvaluator:
    """Stage 1 that takes as long as a model would.

    Args:
        seconds: how long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""
        time.sleep(self._seconds)
        return FakeEvaluator().evaluate(request, pack)


class Told(logging.Handler):
    """Passes on that the worker takes turns.

    Args:
        ready: who is told.
    """

    def __init__(self, ready: Connection) -> None:
        super().__init__()
        self._ready = ready

    def emit(self, record: logging.LogRecord) -> None:
        """Hear a line of the log."""
        if record.getMessage().startswith("listening"):
            self._ready.send(True)


def serve(url: str, seconds: float, ready: Connection) -> None:
    """Serve until killed.

    Args:
        url: the server of the fleet.
        seconds: how long stage 1 of a turn takes.
        ready: told when it takes turns.
    """
    log = logging.getLogger("engine")
    log.setLevel(logging.INFO)
    log.addHandler(Told(ready))
    asyncio.run(_serve(url, seconds))


async def _serve(url: str, seconds: float) -> None:
    pipeline = Pipeline(_PACKS, PacedEvaluator(seconds), FakeSelector(), _GENERATOR)
    worker = FleetWorker(pipeline, WorkerFacts(True, {}, "cpu"), parse_fleet(url), LEASE_SECONDS)
    await worker.serve(asyncio.Event())
