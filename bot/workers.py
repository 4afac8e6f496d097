"""One worker task per conversation: work of one conversation in order, others never wait for it.

```mermaid
stateDiagram-v2
    [*] --> Looking: ring, if the work is this process's
    Looking --> Looking: something was done
    Looking --> Resting: not before …, or a fault
    Resting --> Looking: time is up
    Looking --> [*]: nothing waits
```
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable

import structlog

from bot.clock import WakingClock
from bot.permit import Permit, SolePermit

log = structlog.get_logger(__name__)

Step = Callable[[str, str], Awaitable[float | None]]
"""Takes platform and conversation, does the next thing, and returns in how many seconds to look
again; None when nothing waits."""

LONGEST_BACKOFF = 60.0


def backoff(failures: int) -> float:
    """Return the seconds to wait after so many failures before this one: 1, 2, 4 … 60."""
    return min(LONGEST_BACKOFF, 2.0 ** min(failures, 10))


def origin(error: BaseException) -> list[str]:
    """Return where an error was raised, innermost last.

    The message of an error is left out on purpose: it may quote what a person wrote.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


class ConversationWorkers:
    """Runs a step for a conversation for as long as something waits there.

    Args:
        step: the work; what it raises is logged, and it is tried again after a growing pause.
        clock: for the pauses.
        name: what to call this work in the log.
        permit: asked before every step.
    """

    def __init__(
        self, step: Step, clock: WakingClock, name: str, permit: Permit | None = None
    ) -> None:
        self._step = step
        self._permit = permit or SolePermit()
        self._clock = clock
        self._name = name
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._rung: set[tuple[str, str]] = set()
        self._resting: set[tuple[str, str]] = set()
        self._stopped = False

    @property
    def at_work(self) -> int:
        """How many conversations are being worked on; those that rest are not."""
        return len(self._tasks) - len(self._resting)

    def ring(self, platform: str, conversation: str) -> None:
        """Say that something waits in a conversation."""
        if self._stopped:
            return
        key = (platform, conversation)
        self._rung.add(key)
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._work(key), name=f"{self._name} {key}")

    async def idle(self, platform: str, conversation: str) -> None:
        """Return as soon as nothing waits in a conversation any more."""
        while (task := self._tasks.get((platform, conversation))) is not None:
            await asyncio.wait({task})

    async def stop(self, grace: float) -> None:
        """End all work: what rests at once, what is under way after at most `grace` seconds."""
        self._stopped = True
        for key in self._resting:
            self._tasks[key].cancel()
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks.values()), timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, key: tuple[str, str]) -> None:
        # The task takes itself off the list in the same breath in which it finds nothing to do:
        # a ring comes either before that and is seen, or after it and starts a new task.
        try:
            await self._work_off(key)
        finally:
            del self._tasks[key]
            self._permit.ended(*key)

    async def _work_off(self, key: tuple[str, str]) -> None:
        failures = 0
        while not self._stopped and self._permit.holds(*key):
            self._rung.discard(key)
            try:
                pause = await self._step(*key)
                failures = 0
            except Exception as error:  # whatever it is, the work waits in the database
                pause = backoff(failures)
                failures += 1
                self._report(key, error, pause)
            if pause is None:
                if key not in self._rung:
                    return
            elif pause > 0:
                await self._rest(key, pause)

    async def _rest(self, key: tuple[str, str], seconds: float) -> None:
        self._resting.add(key)
        try:
            await self._clock.sleep(seconds)
        finally:
            self._resting.discard(key)

    def _report(self, key: tuple[str, str], error: Exception, pause: float) -> None:
        log.error(
            f"{self._name}.stalled",
            platform=key[0],
            conversation=key[1],
            error=type(error).__qualname__,
            origin=origin(error),
            retry_in_s=pause,
        )
