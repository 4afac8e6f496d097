"""Asks NATS for turns: always for as many as there is room for, and never for more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import Header, StatusCode

from engine.fleet import TURNS, WORKERS
from engine.fleet_link import FleetLink

_NEXT = f"$JS.API.CONSUMER.MSG.NEXT.{TURNS}.{WORKERS}"
_PENDING = "Nats-Pending-Messages"
_NANOSECONDS = 1_000_000_000
# The server forgets a request after this long, in seconds; then it is made again.
_EXPIRES = 30
# A worker holds what runs side by side and what it can do in this long, in seconds: then it never
# waits long for the next one, keeps few from an idle worker, and takes few along when it dies.
_IN_HAND = 0.05
_MOST_IN_HAND = 32
_WEIGHT = 0.2
# What a turn is taken to last before there was one, in seconds.
_UNKNOWN = 1.0


class WorkInHand:
    """How many turns a worker holds, and how many it should.

    Args:
        now: the time, in seconds.
        at_once: how many turns run side by side.
    """

    def __init__(self, now: Callable[[], float], at_once: int) -> None:
        self._now = now
        self._at_once = at_once
        self._held = 0
        self._since = 0.0
        self._seconds = _UNKNOWN

    @property
    def room(self) -> int:
        """How many more it may take."""
        return self._at_once + min(_MOST_IN_HAND, int(_IN_HAND / self._seconds)) - self._held

    def taken(self) -> None:
        """Note that a turn has come."""
        if not self._held:
            self._since = self._now()
        self._held += 1

    def finished(self) -> None:
        """Note that a turn was worked out."""
        took, self._since = self._now() - self._since, self._now()
        self._seconds += _WEIGHT * (max(took, 1e-6) - self._seconds)
        self._held -= 1


class TurnPulls:
    """Keeps requests for turns at the server.

    Args:
        link: the way there.
        hand: says how many turns there is room for.
        begin: takes up a turn.
    """

    def __init__(
        self, link: FleetLink, hand: WorkInHand, begin: Callable[[Msg], Awaitable[None]]
    ) -> None:
        self._link = link
        self._hand = hand
        self._begin = begin
        self._inbox: Subscription | None = None
        self._asked = 0
        self._lapse = 0.0
        self._refused = asyncio.Event()

    async def start(self) -> None:
        """Ask; what was asked before is taken for lost."""
        if self._inbox is None:
            client = self._link.client
            self._inbox = await client.subscribe(client.new_inbox(), cb=self._arrived)
        self._asked = 0
        self._refused.clear()
        await self.fill()

    async def fill(self) -> None:
        """Ask for as many turns as there is room for beyond those asked for."""
        room = self._hand.room - self._asked
        # Small rooms are joined to one request: each one costs the server and the worker something.
        if self._inbox is None or room < 1 or (self._asked and room < self._asked):
            return
        self._asked += room
        self._lapse = asyncio.get_running_loop().time() + _EXPIRES + 1
        wanted = {"batch": room, "expires": _EXPIRES * _NANOSECONDS}
        payload = json.dumps(wanted).encode()
        await self._link.client.publish(_NEXT, payload, reply=self._inbox.subject)

    async def until_refused(self) -> None:
        """Return when the server has forgotten whom it takes turns for."""
        loop = asyncio.get_running_loop()
        while not self._refused.is_set():
            try:
                async with asyncio.timeout(1):
                    await self._refused.wait()
            except TimeoutError:
                if self._asked and loop.time() > self._lapse:  # a word of the server got lost
                    self._asked = 0
                await self.fill()

    async def stop(self) -> None:
        """Ask for no more; what is on its way still arrives."""
        if self._inbox is not None:
            inbox, self._inbox = self._inbox, None
            await inbox.drain()  # type: ignore[no-untyped-call] # the library leaves it out

    async def _arrived(self, message: Msg) -> None:
        headers = message.headers or {}
        status = headers.get(Header.STATUS.value)
        if status is None:
            self._asked -= 1
            await self._begin(message)
            await self.fill()
        elif status == StatusCode.REQUEST_TIMEOUT.value:
            self._asked -= int(headers.get(_PENDING, self._asked))
            await self.fill()
        else:
            self._asked = 0
            self._refused.set()
