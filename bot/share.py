"""One bot's share of some work that it has in common with other bots: conversations, by leases.

```mermaid
stateDiagram-v2
    [*] --> Wanted: something came in here
    Wanted --> Held: nobody else holds it
    Wanted --> [*]: another bot holds it, and will see what came in
    Wanted --> Waiting: this bot has its hands full, or cannot do it; the bell rings
    Waiting --> Held: claimed by whichever bot looks first, the oldest first
    Held --> Held: more waits
    Held --> Held: nothing waits, but a moment ago something did
    Held --> [*]: nothing waits; given back
    Held --> Waiting: the bot died
```
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

import structlog

from bot.errors import StorageError
from bot.storage.bell import Bell
from bot.storage.leases import Leases, Place, Work
from bot.storage.membership import Membership

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 256
"""A bot that has so many conversations at work leaves the next ones to others."""


class Worker(Protocol):
    """Does the work: `bot.dispatch.Dispatcher` or `bot.delivery.Delivery`."""

    @property
    def at_work(self) -> int:
        """How many conversations are being worked on."""

    def ring(self, platform: str, conversation: str) -> None:
        """Say that something waits in a conversation."""


class Share:
    """Has a worker work on what this bot holds, and on nothing else; it is the worker's `Permit`.

    Args:
        membership: the bot.
        work: what is done.
        bell: between the bots.
        platforms: returns where this bot can do it just now.
        most: how many conversations it works on at once.
        linger: seconds for which a conversation is kept when nothing waits any more. Each bot
            keeps a platform's limits on its own, so one that sends must not follow too closely on
            another.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - passed once, where a bot is put together
        self,
        membership: Membership,
        work: Work,
        bell: Bell,
        platforms: Callable[[], Collection[str]],
        most: int = MOST_AT_ONCE,
        linger: float = 0.0,
    ) -> None:
        self._membership = membership
        self._leases = Leases(membership, work)
        self._work = work
        self._bell = bell
        self._platforms = platforms
        self._most = most
        self._worker: Worker | None = None
        self._wake = asyncio.Event()
        self._held: set[Place] = set()
        self._wanted: set[Place] = set()
        self._ended: set[Place] = set()
        self._linger = linger
        self._lingering: dict[Place, asyncio.TimerHandle] = {}
        # Whether something may wait that nobody holds.
        self._backlog = True
        # Whether it may hold more than it knows: nobody told what came of a claim.
        self._unsure = False

    def holds(self, platform: str, conversation: str) -> bool:
        """Return whether this bot may work on a conversation."""
        held = (platform, conversation) in self._held
        return held and self._membership.is_valid and platform in self._platforms()

    def ended(self, platform: str, conversation: str) -> None:
        """Give a conversation back soon, unless something waits there."""
        place = (platform, conversation)
        if place not in self._held:
            return
        self._stay(place)
        if self._linger:
            loop = asyncio.get_running_loop()
            self._lingering[place] = loop.call_later(self._linger, self._leave, place)
        else:
            self._leave(place)

    def ring(self, platform: str, conversation: str) -> None:
        """Say that something waits in a conversation."""
        place = (platform, conversation)
        if place in self._held and self._worker is not None:
            self._stay(place)
            self._worker.ring(platform, conversation)
        else:
            self._wanted.add(place)
            self._wake.set()

    def look(self) -> None:
        """Say that something may wait that nobody holds."""
        self._backlog = True
        self._wake.set()

    def forget(self) -> None:
        """Hold nothing: this bot was taken for dead, and others have its work."""
        if self._held:
            log.warning("leases.lost", work=self._work.value, conversations=len(self._held))
        for place in tuple(self._lingering):
            self._stay(place)
        self._held.clear()
        self._ended.clear()
        self.look()

    async def run(self, worker: Worker) -> None:
        """Claim and give back until cancelled.

        Args:
            worker: what works on the conversations that are held.
        """
        self._worker = worker
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not self._membership.is_valid:
                continue  # woken again as soon as it is
            try:
                await self._make_sure(worker)
                await self._give_back(worker)
                await self._drop_what_cannot_be_served()
                await self._claim(worker)
            except Exception as error:  # whatever it is, the work waits in the database
                name = type(error).__qualname__
                log.warning("leases.stalled", work=self._work.value, error=name)
                self._unsure = self._backlog = True  # whatever was wanted is found by looking

    async def _make_sure(self, worker: Worker) -> None:
        if self._unsure:
            for place in await self._leases.held() - self._held:
                self._hold(place, worker)
            self._unsure = False

    async def _give_back(self, worker: Worker) -> None:
        ended, self._ended = self._ended & self._held, set()
        if not ended:
            return
        self._held -= ended  # what comes in from here on is claimed anew
        try:
            gone = await self._leases.release(ended)
        except StorageError:
            self._held |= ended
            self._ended |= ended
            raise
        for place in ended - gone:
            self._hold(place, worker)

    async def _drop_what_cannot_be_served(self) -> None:
        lost = {place for place in self._held if place[0] not in self._platforms()}
        if lost:
            await self._leases.abandon(lost)
            self._held -= lost
            for place in lost:
                self._stay(place)

    async def _claim(self, worker: Worker) -> None:
        wanted, self._wanted = self._wanted, set()
        for place in wanted & self._held:
            worker.ring(*place)
        wanted -= self._held
        served = self._platforms()
        possible = {place for place in wanted if place[0] in served}
        if len(possible) > self._most - worker.at_work:
            self._backlog = True
        if self._backlog and served:  # those that wait longer come first
            await self._claim_waiting(worker, served)
        elif possible:
            for place in await self._leases.claim(possible):
                self._hold(place, worker)
        if wanted > possible or (wanted and self._backlog):
            await self._bell.ring(self._work)

    async def _claim_waiting(self, worker: Worker, served: Collection[str]) -> None:
        while (free := self._most - worker.at_work) > 0:
            found = await self._leases.claim_waiting(served, free)
            if not found:
                self._backlog = False
                return
            for place in found:
                self._hold(place, worker)

    def _leave(self, place: Place) -> None:
        self._lingering.pop(place, None)
        if place in self._held:
            self._ended.add(place)
            self._wake.set()

    def _stay(self, place: Place) -> None:
        self._ended.discard(place)
        if timer := self._lingering.pop(place, None):
            timer.cancel()

    def _hold(self, place: Place, worker: Worker) -> None:
        self._held.add(place)
        worker.ring(*place)
