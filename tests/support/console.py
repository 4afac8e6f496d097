"""A bot that answers at once, for the faces of the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.adapters.console_adapter.core import ConsoleFace
from bot.errors import RecipientGoneError
from bot.interview.messages import Inbound, Reply, Say, TurnFacts


def echo(inbound: Inbound) -> Reply:
    """Answer with what was heard."""
    heard = inbound.action.value if inbound.action else inbound.text
    return Reply("ko", (Say(f"들었어: {heard}"),), facts=TurnFacts(1, "loss", "answer"))


class InstantBot:
    """Stores what is submitted and answers it, at once or when told to.

    Args:
        face: where to answer; none only stores.
        answer: what to answer with.
    """

    def __init__(self, face: ConsoleFace | None, answer: Callable[[Inbound], Reply] = echo) -> None:
        self.inbounds: list[Inbound] = []
        self.arrived = asyncio.Condition()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._face = face
        self._answer = answer
        self._waiting: list[Inbound] = []

    async def submit(self, inbound: Inbound) -> None:
        """Take a message."""
        self.inbounds.append(inbound)
        self._waiting.append(inbound)
        async with self.arrived:
            self.arrived.notify_all()

    async def settled(self) -> None:
        """Answer everything that waits for an answer."""
        await self.may_answer.wait()
        while self._waiting:
            inbound = self._waiting.pop(0)
            if self._face is not None:
                with suppress(RecipientGoneError):
                    await self._face.deliver("console", inbound.event_id, self._answer(inbound))

    async def has(self, number: int) -> None:
        """Return once this many messages have come."""
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.inbounds) >= number)

    @property
    def texts(self) -> list[str]:
        """What was typed so far."""
        return [inbound.text for inbound in self.inbounds]
