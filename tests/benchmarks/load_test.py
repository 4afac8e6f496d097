"""A crowd on a real server, with the bundled models, against what the arithmetic expects of it.

On a machine with two cores the crowd, the platform's server, the bot and the worker share them, so
what a turn costs is found here first: by a crowd that never pauses. The arithmetic then says what
one that does pause may expect, and that crowd comes.
"""

from __future__ import annotations

import itertools
import random
import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.closed_queue import Station, expected
from tests.benchmarks.timing import share
from tests.support.crowd import Crowd, settled
from tests.support.crowd_stage import Stage, on_telegram

_EAGER, _EAGER_ANSWERS = 12, 4
_ANSWERS = 4
# Shares of what the bottleneck can do that crowds bring.
_BUSY = (0.4, 0.8)


async def load(people: int) -> list[str]:
    """Return a table: what was expected, and what came.

    Args:
        people: in each of the crowds that pause.
    """
    lines = ["| crowd | think | turns/s | expected | reply after, median | mean | expected |"]
    lines.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        async with on_telegram(Path(name), models=True) as stage:
            came = itertools.count(step=max(people, _EAGER))
            await _talk(stage, next(came), 2, 1, 0.0)  # the first of all waits for the models
            eager = await _talk(stage, next(came), _EAGER, _EAGER_ANSWERS, 0.0)
            station = Station("everything", 1 / _rate(eager))
            lines.append(f"| {_EAGER} | none | {_rate(eager):.2f} | | {_waited(eager)} | |")
            for busy in _BUSY:
                think = people * station.seconds / busy
                crowd = await _talk(stage, next(came), people, _ANSWERS, think)
                told = expected([station], people, think)
                lines.append(
                    f"| {people} | {think:.1f} s | {_rate(crowd):.2f} | {told.rate:.2f} "
                    f"| {_waited(crowd)} | {told.response * 1000:.0f} ms |"
                )
    return lines


async def _talk(stage: Stage, first: int, people: int, answers: int, think: float) -> Crowd:
    """Have a crowd come, and wait until everything is delivered."""
    chances = random.Random(20)

    def pause(_number: int, _turn: int) -> float:
        return chances.expovariate(1 / think) if think else 0.0

    crowd = Crowd(stage.side, people, pause, first)
    await crowd.talks(answers)
    await settled(stage.bot.database)
    return crowd


def _rate(crowd: Crowd) -> float:
    return len(crowd.measured.answered_after) / crowd.measured.seconds


def _waited(crowd: Crowd) -> str:
    waited = crowd.measured.answered_after
    return f"{share(waited, 0.5) * 1000:.0f} ms | {statistics.fmean(waited) * 1000:.0f} ms"
