"""Many people at once: they arrive, talk, and note after how long they are seen and answered.

A `Side` is the platform that they are on. Seen is whatever shows first that a message arrived:
typing, a deferral, or the reply itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.support.discord_person import Hands
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import Channel, Payload
from tests.support.telegram_server import TelegramServer
from tests.support.telegram_world import Person, SentMessage

PATIENCE = 180.0  # seconds; only a message that is lost ever needs them


@dataclass
class _Said:
    at: float
    acknowledged: asyncio.Future[float]
    replied: asyncio.Future[float]


class Ear:
    """Notes when somebody who said something is shown that it was seen, and answered."""

    def __init__(self) -> None:
        self.replies = 0
        self._said: dict[int, _Said] = {}

    def expects(self, place: int) -> _Said:
        """Note that something is being said in a place."""
        loop = asyncio.get_running_loop()
        said = _Said(time.monotonic(), loop.create_future(), loop.create_future())
        self._said[place] = said
        return said

    def seen(self, place: int) -> None:
        """Note that a place is shown that something was seen."""
        if (said := self._said.get(place)) and not said.acknowledged.done():
            said.acknowledged.set_result(time.monotonic() - said.at)

    def answered(self, place: int) -> None:
        """Note that something is said to a place."""
        self.replies += 1
        self.seen(place)
        if (said := self._said.get(place)) and not said.replied.done():
            said.replied.set_result(time.monotonic() - said.at)


class _Listened(list[int]):
    """A list that tells of what is added."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, item: int, /) -> None:
        self._tell(item)


class Side(Protocol):
    """One platform's way of speaking."""

    ear: Ear

    def arrives(self, number: int) -> int:
        """Return the place in which a new person speaks with the bot."""

    async def open(self, place: int) -> None:
        """Ask for an interview."""

    async def say(self, place: int, text: str) -> None:
        """Say something."""


class TelegramSide:
    """People in private chats."""

    def __init__(self, server: TelegramServer) -> None:
        self.ear = Ear()
        self._world = server.world
        self._people: dict[int, Person] = {}
        server.world.typing = _Listened(self.ear.seen)
        keep = server.world.keep

        def kept(message: SentMessage) -> None:
            keep(message)
            self.ear.answered(message.chat_id)

        server.world.keep = kept  # type: ignore[method-assign]  # a listener, not another server

    def arrives(self, number: int) -> int:
        person = self._world.person(1_000 + number)
        self._people[person.id] = person
        return person.id

    async def open(self, place: int) -> None:
        await self.say(place, "/start")

    async def say(self, place: int, text: str) -> None:
        self._people[place].say(text)


class DiscordSide:
    """People in direct conversations."""

    def __init__(self, server: DiscordServer) -> None:
        self.ear = Ear()
        self._server = server
        self._hands: dict[int, tuple[Hands, Channel]] = {}
        server.typing = _Listened(self.ear.seen)
        post = server.post

        def posted(channel: Channel, body: Payload, *, shown: bool = True) -> Payload:
            sent = post(channel, body, shown=shown)
            if shown:
                self.ear.answered(channel.id)
            return sent

        server.post = posted  # type: ignore[method-assign]  # a listener, not another server

    def arrives(self, number: int) -> int:
        person = self._server.person(f"Person {number}")
        direct = self._server.direct(person)
        self._hands[direct.id] = (Hands(self._server, person), direct)
        return direct.id

    async def open(self, place: int) -> None:
        hands, direct = self._hands[place]
        await hands.command(direct, "interview start")
        self.ear.seen(place)

    async def say(self, place: int, text: str) -> None:
        hands, direct = self._hands[place]
        await hands.write(direct, text)


@dataclass
class Measured:
    """What a crowd noted.

    Args:
        opening_seen_after: seconds until each wish for an interview was seen.
        seen_after: seconds until each message was seen.
        answered_after: seconds until the first words of its reply.
        told: place → what was said there, in order.
        seconds: how long it all took.
    """

    opening_seen_after: list[float] = field(default_factory=list)
    seen_after: list[float] = field(default_factory=list)
    answered_after: list[float] = field(default_factory=list)
    told: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    seconds: float = 0.0

    @property
    def answers(self) -> int:
        """How many answers were given."""
        return len(self.seen_after)

    @property
    def messages(self) -> int:
        """How many messages came to the bot: whoever answers has asked for an interview first."""
        return len(self.opening_seen_after) + self.answers


class Crowd:
    """People who are interviewed at once.

    Args:
        side: where.
        people: how many.
        pauses: seconds between a person's messages, drawn by a person's number and the round;
            None has everybody wait for all others and speak in the same instant.
        first: number of the first of them; who came before has a lower one.
    """

    def __init__(
        self,
        side: Side,
        people: int,
        pauses: Callable[[int, int], float] | None,
        first: int = 0,
    ) -> None:
        self._side = side
        self._people = people
        self._pauses = pauses
        self._together = asyncio.Barrier(people)
        self._arrived = first
        self.measured = Measured()

    async def talks(self, rounds: int) -> None:
        """Have new people arrive, open an interview and say so many things; returns at the end."""
        begun = time.monotonic()
        numbers = range(self._arrived, self._arrived + self._people)
        self._arrived += self._people
        async with asyncio.TaskGroup() as tasks:
            for number in numbers:
                tasks.create_task(self._talks(number, rounds))
        self.measured.seconds += time.monotonic() - begun

    async def _talks(self, number: int, rounds: int) -> None:
        place = self._side.arrives(number)
        for turn in range(rounds + 1):
            await self._moment(number, turn)
            said = self._side.ear.expects(place)
            if turn:
                text = f"This is message {turn} of person {number}."
                self.measured.told[place].append(text)
                await self._side.say(place, text)
            else:
                await self._side.open(place)
            async with asyncio.timeout(PATIENCE):
                seen, answered = await said.acknowledged, await said.replied
            if turn:
                self.measured.seen_after.append(seen)
                self.measured.answered_after.append(answered)
            else:
                self.measured.opening_seen_after.append(seen)

    async def _moment(self, number: int, turn: int) -> None:
        """Wait until it is time for a person to speak."""
        if self._pauses is None:
            await self._together.wait()
        else:
            await asyncio.sleep(self._pauses(number, turn))


def share(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


async def settled(database: Path) -> None:
    """Return as soon as every message is answered and every reply delivered.

    Raises:
        TimeoutError: something is left over.
    """
    async with asyncio.timeout(PATIENCE):
        while _left_over(database):  # noqa: ASYNC110 - another process writes it and tells nobody
            await asyncio.sleep(0.2)


def conversations(database: Path) -> dict[int, list[str]]:
    """Return place → what was answered there, in the order of the turns."""
    query = """
        SELECT interviews.conversation, turns.text FROM turns
        JOIN interviews ON interviews.id = turns.interview_id ORDER BY turns.turn
    """
    found: dict[int, list[str]] = defaultdict(list)
    with closing(sqlite3.connect(database)) as connection:
        for conversation, text in connection.execute(query):
            found[int(conversation.partition(":")[2])].append(text)
    return found


def _left_over(database: Path) -> int:
    query = """
        SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL)
             + (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
    """
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(query).fetchone()[0])
