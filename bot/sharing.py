"""The bots of one database side by side: each says that it is alive, and takes its share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import structlog

from bot.errors import StorageError
from bot.lead import Lead
from bot.share import MOST_AT_ONCE, Share, Worker
from bot.storage.bell import Bell
from bot.storage.database import Database
from bot.storage.leases import Work
from bot.storage.membership import LEASE_SECONDS, Membership

log = structlog.get_logger(__name__)

_BEATS_A_LEASE = 10
"""So often a bot says that it is alive, sees who is not, and looks for what nobody does."""

LINGER_SECONDS = 1.0
"""Telegram lets one message a second into a private chat, and each bot counts its own."""

_HANGING_SECONDS = 10.0
"""A server that does not answer for so long is asked again over another connection."""


class Sharing:
    """One bot among others.

    Args:
        database: PostgreSQL.
        answering: the platforms whose messages it answers.
        delivering: returns the platforms where it can deliver just now.
        received_by_one: those that let only one bot receive.
        lease: seconds after which a bot that was not heard of is taken for dead.
        most: how many conversations it answers, and how many it delivers to, at once.
        linger: seconds after a delivery before another bot may deliver to the same conversation.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes each once
        self,
        database: Database,
        *,
        answering: Collection[str],
        delivering: Callable[[], Collection[str]],
        received_by_one: Collection[str],
        lease: float = LEASE_SECONDS,
        most: int = MOST_AT_ONCE,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._membership = Membership(database, lease)
        self._bell = Bell(database)
        self._pause = lease / _BEATS_A_LEASE
        self._soon = asyncio.Event()
        self.lead = Lead(self._membership, received_by_one)
        self.answers = Share(self._membership, Work.ANSWER, self._bell, lambda: answering, most)
        self.deliveries = Share(
            self._membership, Work.DELIVER, self._bell, delivering, most, linger
        )

    @property
    def membership(self) -> Membership:
        """Who it is among them."""
        return self._membership

    async def run(self, dispatcher: Worker, delivery: Worker) -> None:
        """Take part until cancelled.

        Args:
            dispatcher: answers what this bot holds.
            delivery: delivers what this bot holds.
        """
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self.answers.run(dispatcher), name="share of answers")
            parts.create_task(self.deliveries.run(delivery), name="share of deliveries")
            parts.create_task(self._listen(), name="bell")
            parts.create_task(self._beat(), name="membership")

    async def leave(self) -> None:
        """Let the others go on at once with all that this bot held."""
        try:
            async with asyncio.timeout(self._membership.lease):
                await self._membership.leave()
                for work in Work:
                    await self._bell.ring(work)
        except (StorageError, TimeoutError) as error:  # they will find out by themselves
            log.warning("leases.not_given_back", error=type(error).__qualname__)

    async def _beat(self) -> None:
        while True:
            living = asyncio.create_task(self._live_on())
            try:
                async with asyncio.timeout(_HANGING_SECONDS):
                    await asyncio.wait({living}, timeout=self._membership.seconds_left)
                    self._give_way()  # also while the server hangs
                    await living
            except Exception as error:  # whatever it is, it is tried again, or others take over
                log.warning("membership.stalled", error=type(error).__qualname__)
            finally:
                living.cancel()
            self._give_way()
            await self._rest()

    def _give_way(self) -> None:
        """Stop receiving where another bot may have taken this one for dead."""
        if not self._membership.is_valid:
            self.lead.lose()

    async def _live_on(self) -> None:
        if not await self._membership.renew():
            self.lead.lose()
            for share in (self.answers, self.deliveries):
                share.forget()
        if dead := await self._membership.bury():
            log.warning("bots.dead", bots=dead)
        await self.lead.seek()
        for share in (self.answers, self.deliveries):
            share.look()

    async def _rest(self) -> None:
        self._soon.clear()
        try:
            async with asyncio.timeout(self._pause):
                await self._soon.wait()
        except TimeoutError:
            return

    async def _listen(self) -> None:
        while True:
            try:
                await self._bell.listen(self._heard)
            except Exception as error:  # whatever the driver raises, looking finds what waits
                log.info("bell.lost", error=type(error).__qualname__)
            await asyncio.sleep(self._pause)

    def _heard(self, work: Work) -> None:
        match work:
            case Work.ANSWER:
                self.answers.look()
            case Work.DELIVER:
                self.deliveries.look()
            case Work.RECEIVE:
                self._soon.set()
