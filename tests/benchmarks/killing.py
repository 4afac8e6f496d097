"""The whole of it under kills: people on Telegram, bots, PostgreSQL, NATS, and workers that die.

    python -m tests.benchmarks.killing               a worker a second, for two minutes
    python -m tests.benchmarks.killing --bots 20     and a bot every twenty seconds

Everything is killed with SIGKILL in the middle of whatever it does, and started anew. Telegram is a
server that speaks its protocol; stand-ins that take as long as models take the models' place. In
the end every message must be answered once, in its order.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import text

from bot.clock import SystemClock
from bot.storage.database import Database
from bot.storage.membership import LEASE_SECONDS as BOT_LEASE
from engine.fleet import LEASE_SECONDS as WORKER_LEASE
from tests.support import paced_worker
from tests.support.bot_crew import CrewBot, crew
from tests.support.crowd import Crowd, TelegramSide
from tests.support.nats_server import NatsServer
from tests.support.postgres import throwaway_database
from tests.support.telegram_server import TOKEN, TelegramServer

_forks = multiprocessing.get_context("forkserver")
# The first is what a worker is, the others are what the program imports that every process runs
# through once more: where they are there already, a worker a second starts even on a busy machine.
_forks.set_forkserver_preload(
    [
        "tests.support.paced_worker",
        "bot.storage.membership",
        "tests.support.bot_crew",
        "tests.support.crowd",
        "tests.support.postgres",
    ]
)

_MORE_SECONDS = 2.0
"""A message may take so much longer than a lease."""


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Workers:
    """Workers of which the oldest that takes turns is killed again and again.

    Args:
        url: the server of the fleet.
        turn: seconds that stage 1 of a turn takes.
        number: how many take turns at least when one is killed.
    """

    def __init__(self, url: str, turn: float, number: int) -> None:
        self._given = (url, turn)
        self._number = number
        self._all: list[ForkServerProcess] = []
        self._ready: list[ForkServerProcess] = []
        self._enough = asyncio.Event()
        self.killed = 0

    async def start(self) -> None:
        """Start one more, which takes turns a little later."""
        here, there = _forks.Pipe(duplex=False)
        worker = _forks.Process(target=paced_worker.serve, args=(*self._given, there), daemon=True)
        await asyncio.to_thread(worker.start)
        there.close()
        self._all.append(worker)
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.remove_reader(here.fileno())
            here.close()
            self._ready.append(worker)
            if len(self._ready) >= self._number:
                self._enough.set()

        loop.add_reader(here.fileno(), hear)

    async def start_all(self) -> None:
        """Start as many as there shall be; return when they take turns."""
        for _ in range(self._number):
            await self.start()
        await self._enough.wait()

    async def kill_every(self, seconds: float) -> None:
        """Kill one after the other, each replaced beforehand, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            if len(self._all) < 2 * self._number:  # a slow machine is still starting the last ones
                await self.start()
            if len(self._ready) > self._number:
                await self._kill(self._ready.pop(0))
                self.killed += 1

    async def kill_all(self) -> None:
        """End the rest."""
        for worker in tuple(self._all):
            await self._kill(worker)

    async def _kill(self, worker: ForkServerProcess) -> None:
        self._all.remove(worker)
        worker.kill()
        await asyncio.to_thread(worker.join)


async def kill_bots(bots: list[CrewBot], every: float, killed: list[str]) -> None:
    """Kill one bot after the other, the next one once the last is there again, until cancelled."""
    while every:
        for bot in bots:
            await asyncio.sleep(every)
            await asyncio.to_thread(bot.kill)
            killed.append(bot.log.parent.name)
            starts = bot.starts()
            bot.start()
            while bot.starts() == starts:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)


async def outcome(url: str, crowd: Crowd) -> dict[str, int]:
    """Return what became of the messages: how many were lost, counted twice, out of order."""
    database = Database(url)
    async with database.reading() as connection:
        turns = await connection.execute(
            text(
                "SELECT interviews.conversation, turns.text, turns.event_id FROM turns "
                "JOIN interviews ON interviews.id = turns.interview_id ORDER BY turns.turn"
            )
        )
        answered, events = defaultdict(list), []
        for conversation, words, event in turns:
            answered[int(conversation.partition(":")[2])].append(words)
            events.append(event)
        inbox, waiting = (await connection.execute(text(_INBOX))).one()
        replies = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    await database.close()
    told = crowd.measured.told
    return {
        "messages": inbox,
        "turns": len(events),
        "lost": sum(len(set(said) - set(answered[place])) for place, said in told.items())
        + waiting,
        "answered twice": len(events) - len(set(events)) + max(0, replies - inbox),
        "out of order": sum(answered[place] != said for place, said in told.items()),
        "replies": replies,
    }


_INBOX = "SELECT count(*), count(*) FILTER (WHERE done_at IS NULL) FROM inbox"


async def run(url: str, folder: Path, asked: argparse.Namespace) -> None:
    """Have people talk while everything is killed, and tell what became of it."""
    database = Database(url)
    await database.upgrade()
    await database.close()
    chances = random.Random(asked.seed)
    server = NatsServer(folder / "streams")
    server.start()
    workers = Workers(str(server.address), asked.turn, asked.workers)
    killed: list[str] = []
    try:
        async with AsyncExitStack() as opened:
            telegram = await opened.enter_async_context(TelegramServer(SystemClock()))
            settings = {
                "DATABASE_URL": url,
                "ENGINE_URL": str(server.address),
                "AURORA_TELEGRAM_TOKEN": TOKEN,
                "AURORA_TELEGRAM_BASE_URL": telegram.base_url,
            }
            await workers.start_all()
            bots = await opened.enter_async_context(crew(folder, asked.crew, settings))
            side = TelegramSide(telegram)
            crowd = Crowd(side, asked.people, lambda *_: chances.uniform(0.5, 1.5) * asked.think)
            await crowd.talks(1)  # everybody has arrived, and everything is warm
            crowd.measured.answered_after.clear()
            began = time.monotonic()
            killing = [
                asyncio.create_task(workers.kill_every(asked.every)),
                asyncio.create_task(kill_bots(bots, asked.bots, killed)),
            ]
            while time.monotonic() - began < asked.seconds:
                await crowd.talks(asked.rounds)
            for task in killing:
                task.cancel()
            await asyncio.gather(*killing, return_exceptions=True)
            took = time.monotonic() - began
            await asyncio.sleep(2 * BOT_LEASE if asked.bots else 1.0)  # what was sent is noted
            found = await outcome(url, crowd)
            sent = len(telegram.world.sent)
    finally:
        await workers.kill_all()
        server.kill()
    tell(crowd, found, sent, took, workers.killed, killed)


def tell(  # noqa: PLR0917 - what was counted
    crowd: Crowd,
    found: dict[str, int],
    sent: int,
    took: float,
    workers: int,
    bots: list[str],
) -> None:
    """Print what became of it."""
    waits = sorted(crowd.measured.answered_after)
    allowed = (BOT_LEASE if bots else WORKER_LEASE) + _MORE_SECONDS
    late = [seconds for seconds in waits if seconds > allowed]
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    say(f"{took:.0f} s, {workers} workers and {len(bots)} bots killed, load of the machine {load}:")
    say(f"  {found['messages']} messages, {found['turns']} turns, {found['replies']} replies")
    for what in ("lost", "answered twice", "out of order"):
        say(f"  {found[what]} {what}")
    say(f"  {sent - found['replies']} replies sent again after a kill")
    say(f"  answered after {statistics.median(waits):.2f} s (median), {waits[-1]:.2f} s (longest)")
    say(f"  {len(late)} later than the lease and {_MORE_SECONDS:g} s ({allowed:g} s)")
    if found["lost"] or found["answered twice"] or found["out of order"]:
        sys.exit(1)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long")
    parser.add_argument("--every", type=float, default=1.0, help="seconds from worker to worker")
    parser.add_argument("--bots", type=float, default=0.0, help="seconds from bot to bot; 0: none")
    parser.add_argument("--crew", type=int, default=2, help="bots")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--people", type=int, default=6, help="at a time")
    parser.add_argument("--rounds", type=int, default=8, help="messages of a person")
    parser.add_argument("--think", type=float, default=0.5, help="seconds between messages")
    parser.add_argument("--turn", type=float, default=0.2, help="seconds that a turn works")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, throwaway_database() as url:
        folder = Path(name)
        (folder / "streams").mkdir()
        asyncio.run(run(url, folder, asked))


if __name__ == "__main__":
    main()
