"""A server with a few people in it, and the bot among them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.discord_bot import DiscordBot
from tests.support.discord_interactions import Interaction
from tests.support.discord_person import Hands
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import Channel, Person


class Scene:
    """What a test looks at.

    Args:
        server: the Discord.
        folder: where the bot keeps its database.
        options: how the bot is set up (`DiscordBot`).

    `ada` manages the server `guild`; `bo` is somebody else in it.
    """

    def __init__(self, server: DiscordServer, folder: Path, **options: Any) -> None:
        self.server = server
        self._folder = folder
        self._options = options
        self.ada = self.arrives("Ada")
        self.bo = self.arrives("Bo")
        self.guild = server.guild("Study group", self.ada.person)
        self.lobby = self.guild.channels[0]

    def arrives(self, name: str, locale: str = "en-US") -> Hands:
        """Add somebody."""
        return Hands(self.server, self.server.person(name, locale))

    def bot(self, **options: Any) -> DiscordBot:
        """Return the bot, to be started; a later one goes on where an earlier one left."""
        return DiscordBot(self.server, self._folder, **{**self._options, **options})

    def direct(self, person: Person) -> Channel:
        """Return the bot's direct conversation with somebody."""
        return self.server.direct(person)

    async def opened(self, who: Hands | None = None, **chosen: str) -> Channel:
        """Have somebody start an interview, and return its thread with the first question in it."""
        before = len(self.server.threads())
        await (who or self.ada).command(self.lobby, "interview start", **chosen)
        await self.server.until(lambda: len(self.server.threads()) > before)
        thread = self.server.threads()[-1]
        await self.said(thread, 1)
        return thread

    async def asked(self, who: Hands | None = None, **chosen: str) -> Channel:
        """Have somebody start an interview and greet, so that the first judged question stands."""
        thread = await self.opened(who, **chosen)
        await (who or self.ada).write(thread, "Hello!")
        await self.said(thread, 2)
        return thread

    async def said(self, channel: Channel, count: int) -> list[str]:
        """Wait until the bot has said so many messages in a channel, and return them all."""
        try:
            await self.server.until(lambda: len(channel.from_bot()) >= count)
        except TimeoutError:
            refused = self.server.rest.refused
            raise AssertionError(f"only {channel.texts()} was said; refused: {refused}") from None
        return channel.texts()

    async def whispered(self, sent: Interaction) -> str:
        """Wait until only the person was told something about what they did, and return it."""
        await self.server.until(lambda: sent.whispers)
        return sent.whispers[0]

    async def answers(self, who: Hands, channel: Channel, text: str) -> str:
        """Have somebody write, and return the words of the reply that can be pressed under."""
        before = len(_with_buttons(channel))
        await who.write(channel, text)
        await self.server.until(lambda: len(_with_buttons(channel)) > before)
        return channel.texts()[-1]


@asynccontextmanager
async def scene(folder: Path, **options: Any) -> AsyncIterator[Scene]:
    """Set the scene; afterwards nothing unknown was called and no limit broken."""
    shards = options.pop("shards", 1)
    async with DiscordServer(shards) as server:
        yield Scene(server, folder, **options)
        assert server.rest.unknown == []
        broken = server.rest.buckets.broken + server.rest.overall.broken
        assert broken == server.rest.hasty == 0


def _with_buttons(channel: Channel) -> list[Any]:
    return [message for message in channel.from_bot() if message["components"]]
