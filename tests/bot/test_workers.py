"""Workers come when something waits, go when nothing does, and overlook nothing in between."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from bot.workers import ConversationWorkers
from tests.support.clock import FakeClock

ROOM = ("test", "room")


class Work:
    """Things to do; what comes in while one looks for them is what is easily overlooked."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.done: list[str] = []
        self.late: list[str] = []
        self.workers = ConversationWorkers(self.step, FakeClock(), "work")

    async def step(self, platform: str, conversation: str) -> float | None:
        found = self.waiting.pop(0) if self.waiting else None
        await asyncio.sleep(0)
        if self.late:
            self.waiting.append(self.late.pop(0))
            self.workers.ring(platform, conversation)
        if found is None:
            return None
        self.done.append(found)
        return 0


async def test_what_comes_in_just_when_nothing_was_found_is_not_overlooked() -> None:
    work = Work()
    work.late = ["one", "two", "three"]
    work.workers.ring(*ROOM)
    await work.workers.idle(*ROOM)
    assert work.done == ["one", "two", "three"]


async def test_a_conversation_may_become_busy_again() -> None:
    work = Work()
    for thing in ("one", "two"):
        work.waiting.append(thing)
        work.workers.ring(*ROOM)
        await work.workers.idle(*ROOM)
    assert work.done == ["one", "two"]


async def test_nothing_to_wait_for_is_waited_for_not_at_all() -> None:
    work = Work()
    await work.workers.idle(*ROOM)
    await work.workers.stop(grace=0)
    assert work.done == []


async def test_faults_make_the_pauses_grow_until_something_succeeds() -> None:
    clock, faults = FakeClock(), [True, True, False, True]

    async def step(_platform: str, _conversation: str) -> float | None:
        if not faults:
            return None
        if faults.pop(0):
            raise ValueError("what somebody wrote")
        return 0

    workers = ConversationWorkers(step, clock, "work")
    pauses = []
    with capture_logs() as logs:
        workers.ring(*ROOM)
        for _ in range(3):
            pauses.append(await clock.next_sleep())
            clock.advance(pauses[-1])
        await workers.idle(*ROOM)
    assert pauses == [1, 2, 1]
    assert [entry["retry_in_s"] for entry in logs] == pauses
    assert "what somebody wrote" not in str(logs)
