"""An intake that keeps everything in memory, as the real one keeps it in the database."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from bot.interview.messages import Account, Inbound


class FakeIntake:
    """Takes in, and drops what it knows. `failures` lists what `submit` raises, once each.

    While `gate` is closed nothing is committed; `begun` tells the events that were handed in;
    `waiting` holds the conversations in which something counts as unanswered; `calm` is set while
    nobody is being taken in.
    """

    def __init__(self) -> None:
        self.submitted: list[Inbound] = []
        self.begun: list[str] = []
        self.cursors: dict[str, str] = {}
        self.places: dict[str, dict[str, str]] = {}
        self.people: dict[Account, dict[str, str]] = {}
        self.open: list[str] = []
        self.waiting: set[tuple[str, str]] = set()
        self.failures: deque[Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.calm = asyncio.Event()
        self._at_it = 0
        self._changed = asyncio.Condition()

    async def submit(self, inbound: Inbound) -> bool:
        self.begun.append(inbound.event_id)
        await self._tell()
        await self.gate.wait()
        if self.failures:
            raise self.failures.popleft()
        known = {(kept.account.platform, kept.event_id) for kept in self.submitted}
        if (inbound.account.platform, inbound.event_id) in known:
            return False
        self.submitted.append(inbound)
        await self._tell()
        return True

    @contextmanager
    def taking(self) -> Iterator[None]:
        self._at_it += 1
        self.calm.clear()
        yield
        self._at_it -= 1
        if not self._at_it:
            self.calm.set()

    async def is_waiting(self, platform: str, conversation: str) -> bool:
        return (platform, conversation) in self.waiting

    async def cursor(self, name: str) -> str | None:
        return self.cursors.get(name)

    async def keep_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value

    async def settings(self, scope: str) -> Mapping[str, str]:
        return self.places.get(scope, {})

    async def keep_settings(self, scope: str, values: Mapping[str, str]) -> None:
        self.places.setdefault(scope, {}).update(values)

    async def chosen(self, account: Account) -> Mapping[str, str]:
        return self.people.get(account, {})

    async def open_conversations(self, platform: str) -> Sequence[str]:
        return self.open

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return as soon as something holds."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(holds)

    async def took(self, number: int) -> list[Inbound]:
        """Return what was taken in, as soon as it is so many messages."""
        await self.until(lambda: len(self.submitted) >= number)
        return self.submitted

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
