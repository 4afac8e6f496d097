"""A messenger that writes down what it is given."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from bot.interview.messages import Reply, Say


class FakeMessenger:
    """Delivers into a list. `failures` lists what to raise in a conversation, once each.

    A conversation in `gates` is held back until its gate is set; `begun` is set when a delivery to
    a conversation is taken up.
    """

    def __init__(self) -> None:
        self.delivered: list[tuple[str, str, Reply]] = []
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.gates: dict[str, asyncio.Event] = {}
        self.begun: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        self.begun[conversation].set()
        if conversation in self.gates:
            await self.gates[conversation].wait()
        if self.failures[conversation]:
            raise self.failures[conversation].pop(0)
        self.delivered.append((conversation, key, reply))

    def said(self, conversation: str = "room") -> list[str]:
        """Return the words delivered to a conversation, in order."""
        return [
            block.text
            for where, _, reply in self.delivered
            if where == conversation
            for block in reply.blocks
            if isinstance(block, Say)
        ]
