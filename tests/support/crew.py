"""Bots that share a database, inside the test's own process: the message path without an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from bot.clock import SystemClock
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.interview.messages import Inbound, Reply
from bot.sharing import Sharing
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.store import SqlInterviewStore
from tests.support.handler import EchoHandler
from tests.support.messages import PLATFORM, trouble
from tests.support.messenger import FakeMessenger

PATIENCE = 120.0
UNHEARD = 300.0
"""Seconds of a lease whose beats are so rare that nothing in a test can depend on them."""


class TellingMessenger(FakeMessenger):
    """One that also tells when it has delivered something."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        await super().deliver(conversation, key, reply)
        self.told.set()


class CrewMember:
    """One bot.

    Args:
        url: the database that it shares.
        lease: seconds after which it is taken for dead.
        answers: whether it answers messages.
        delivers: whether it can reach the platform.
        most: how many conversations it works on at once.
        received_by_one: the platforms from which it receives if nobody else does.
    """

    def __init__(
        self,
        url: str,
        lease: float = UNHEARD,
        *,
        answers: bool = True,
        delivers: bool = True,
        most: int = 256,
        linger: float = 0.0,
        received_by_one: Collection[str] = (),
    ) -> None:
        clock = SystemClock()
        self.database = Database(url)
        self.messenger = TellingMessenger()
        self.delivers = delivers
        self.inbox = Inbox(self.database, clock)
        store = SqlInterviewStore(self.database, clock)
        self.handler = EchoHandler(store)
        self.sharing = Sharing(
            self.database,
            answering=[PLATFORM] if answers else [],
            delivering=lambda: [PLATFORM] if self.delivers else [],
            received_by_one=received_by_one,
            lease=lease,
            most=most,
            linger=linger,
        )
        self._delivery = Delivery(
            Outbox(self.database, clock),
            {PLATFORM: self.messenger},
            clock,
            self.sharing.deliveries,
        )
        self._dispatcher = Dispatcher(
            inbox=self.inbox,
            handler=self.handler,
            store=store,
            clock=clock,
            trouble_notice=trouble,
            on_commit=self.sharing.deliveries.ring,
            permit=self.sharing.answers,
        )
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the others."""
        self._running = asyncio.create_task(self.sharing.run(self._dispatcher, self._delivery))
        async with asyncio.timeout(PATIENCE):
            while not self.sharing.membership.is_valid:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)

    async def hears(self, message: Inbound) -> None:
        """Keep a message, and see to it that it is answered."""
        await self.inbox.accept(message)
        self.sharing.answers.ring(PLATFORM, message.conversation)

    async def vanish(self) -> None:
        """Do nothing any more, and tell nobody."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._dispatcher.stop(grace=0)
        await self._delivery.stop(grace=0)

    async def leave(self) -> None:
        """End in order."""
        await self.vanish()
        await self.sharing.leave()

    @property
    def bot_id(self) -> str:
        """Who it is among the others."""
        return self.sharing.membership.id

    async def settled(self, conversation: str = "room") -> None:
        """Return once it has nothing more to answer in a conversation."""
        async with asyncio.timeout(PATIENCE):
            await self._dispatcher.idle(PLATFORM, conversation)

    async def has_said(self, number: int, conversation: str = "room") -> list[str]:
        """Return what it delivered to a conversation, once that is so much."""
        async with asyncio.timeout(PATIENCE):
            while len(said := self.messenger.said(conversation)) < number:
                self.messenger.told.clear()
                await self.messenger.told.wait()
        return said


@asynccontextmanager
async def crew_of(*members: CrewMember) -> AsyncIterator[None]:
    """Have bots live side by side for the length of a block."""
    try:
        for member in members:
            await member.start()
        yield
    finally:
        for member in members:
            await member.vanish()
            await member.database.close()
