"""A crowd on a real server, with the bundled models, against what the arithmetic expects of it.

On a machine with two cores the crowd, the platform's server, the bot and the worker share them, so
what a turn costs is found here first: by a crowd that never pauses, which shows how many turns a
second there are at most, and by somebody alone, who waits for nobody else. The arithmetic then says
what a crowd that does pause may expect, and it comes.
"""

from __future__ import annotations

import itertools
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.closed_queue import Station, expected
from tests.benchmarks.timing import share
from tests.support.crowd import Crowd, settled
from tests.support.crowd_stage import Stage, on_telegram

_EAGER, _ANSWERS = 12, 4
# Longer than the second that has to pass between two messages to one chat.
_ALONE_THINKS = 4.0
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
            await _talk(stage, next(came), 2, 0.0)  # the first of all waits for the models
            alone = await _talk(stage, next(came), 1, _ALONE_THINKS)
            eager = await _talk(stage, next(came), _EAGER, 0.0)
            for found in (alone, eager):
                thinking = f"{found.people} | {found.think:.1f} s"
                lines.append(f"| {thinking} | {found.rate:.2f} | | {found.cells} | |")
            busiest = Station("what is busy first", 1 / eager.rate)
            rest = Station("the rest", max(0.0, alone.mean - busiest.seconds), servers=people)
            for busy in _BUSY:
                found = await _talk(stage, next(came), people, people * busiest.seconds / busy)
                told = expected([busiest, rest], people, found.think)
                lines.append(
                    f"| {people} | {found.think:.1f} s | {found.rate:.2f} | {told.rate:.2f} "
                    f"| {found.cells} | {told.response * 1000:.0f} ms |"
                )
    return lines


@dataclass(frozen=True, slots=True)
class Found:
    """What a crowd found.

    Args:
        people: how many they were.
        paused: seconds that they thought, all together.
        waited: seconds that each message waited for its reply.
    """

    people: int
    paused: float
    waited: Sequence[float]

    @property
    def rate(self) -> float:
        """Turns a second while all of them were there: who came late does not dilute it."""
        return self.people * len(self.waited) / (self.paused + sum(self.waited))

    @property
    def think(self) -> float:
        """Seconds that they thought before a message, as it was drawn."""
        return self.paused / len(self.waited)

    @property
    def mean(self) -> float:
        """Seconds that a message waited for its reply, on average."""
        return statistics.fmean(self.waited)

    @property
    def cells(self) -> str:
        """Median and mean of what they waited."""
        return f"{share(self.waited, 0.5) * 1000:.0f} ms | {self.mean * 1000:.0f} ms"


async def _talk(stage: Stage, first: int, people: int, think: float) -> Found:
    """Have a crowd come, and wait until everything is delivered."""
    chances = random.Random(first)
    pauses: list[float] = []

    def pause(_number: int, turn: int) -> float:
        seconds = chances.expovariate(1 / think) if think else 0.0
        if turn:  # before they open an interview nobody waits for a reply that is counted
            pauses.append(seconds)
        return seconds

    crowd = Crowd(stage.side, people, pause, first)
    await crowd.talks(_ANSWERS)
    await settled(stage.bot.database)
    return Found(people, sum(pauses), crowd.measured.answered_after)
