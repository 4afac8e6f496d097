"""Two hundred people at once on each platform, and what that costs.

    python -m tests.benchmarks.crowd --platform telegram
    python -m tests.benchmarks.crowd --platform discord --think 0 --rounds 3
    python -m tests.benchmarks.crowd --platform telegram --tree ../before --tree .

The bot is a process of its own with stand-ins for the models; the people and the platform's server
are in this one. With ``--think 0`` everybody speaks in the same instant, each round again; else
each person pauses for that many seconds on average. After every wave the people go and new ones
come, so that memory which grows with everybody who was ever there shows. Several trees run one
after the other, so that their figures can be compared on a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.support.command import ROOT
from tests.support.crowd import Crowd, conversations, settled, share
from tests.support.crowd_stage import PLATFORMS, Stage


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def measure(platform: str, tree: Path, asked: argparse.Namespace) -> None:
    """Run the crowd once and tell what came of it.

    Raises:
        AssertionError: something was lost or changed places, or a limit was broken.
    """
    chances = random.Random(20261126)

    def pause(_number: int, _turn: int) -> float:
        return chances.expovariate(1 / asked.think)

    with tempfile.TemporaryDirectory() as folder:
        async with PLATFORMS[platform](Path(folder), tree) as stage:
            # Whoever comes first finds the engine still starting: that is not what is measured.
            early = Crowd(stage.side, 1, None, first=asked.people * asked.waves)
            await early.talks(1)
            begun = stage.bot.cpu_seconds()
            crowd = Crowd(stage.side, asked.people, pause if asked.think else None)
            say(f"{platform}, {asked.people} people, {tree}")
            for wave in range(1, asked.waves + 1):
                await crowd.talks(asked.rounds)
                await settled(stage.bot.database)
                megabytes = stage.bot.memory() / 2**20
                say(f"  wave {wave}: {crowd.measured.answers} answers, {megabytes:.0f} MB")
            report(crowd, stage, stage.bot.cpu_seconds() - begun)
            told = {**early.measured.told, **crowd.measured.told}
            assert conversations(stage.bot.database) == told
            assert stage.violations == 0


def report(crowd: Crowd, stage: Stage, computed: float) -> None:
    """Print times and throughput; `computed` is the bot's processor time in seconds."""
    done = crowd.measured
    measures = {
        "openings seen": done.opening_seen_after,
        "answers seen": done.seen_after,
        "answers answered": done.answered_after,
    }
    for name, values in measures.items():
        shares = ", ".join(f"p{p}: {share(values, p / 100):.2f} s" for p in (50, 95, 99))
        say(f"  {name} after {shares}")
    cost = computed / done.messages * 1000
    say(f"  {done.messages / done.seconds:.0f} messages/s, {cost:.1f} ms of processor a message")
    say(f"  {stage.violations} violations")


def main() -> None:
    """Read the command line and run it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--platform", choices=[*PLATFORMS], default="telegram")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=6, help="answers of each person")
    parser.add_argument("--waves", type=int, default=3)
    parser.add_argument("--think", type=float, default=15.0, help="mean pause in seconds")
    parser.add_argument("--tree", type=Path, action="append", help="code to run; this by default")
    asked = parser.parse_args()
    for tree in asked.tree or [ROOT]:
        asyncio.run(measure(asked.platform, tree.resolve(), asked))


if __name__ == "__main__":
    main()
