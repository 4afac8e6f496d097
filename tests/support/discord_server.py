"""A Discord for tests: real HTTP and WebSocket on loopback, which the unmodified library talks to.

It enforces what Discord enforces as far as Aurora can break it (lengths, deadlines, permissions,
rate limits, nonces, intents, resuming) and refuses everything that it does not know. The REST half
is in `discord_rest`, the gateway in `discord_gateway`, interactions in `discord_interactions`;
`discord_person` presses, picks and types as people do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Self

import discord
from aiohttp import web

from tests.support.discord_gateway import Gateway
from tests.support.discord_interactions import Interactions
from tests.support.discord_limits import ApiError
from tests.support.discord_rest import Rest, bot_message, interaction_member
from tests.support.discord_world import (
    BOT_ID,
    DM,
    TEXT,
    Channel,
    Guild,
    Payload,
    Person,
    Snowflakes,
)

TOKEN = "test.token.of-no-account"
PATIENCE_SECONDS = 20.0


class DiscordServer:
    """Discord with one application, its people, servers and channels.

    Args:
        shards: how many shards the bot is told to start.
    """

    def __init__(self, shards: int = 1) -> None:
        self.shards = shards
        self.ids = Snowflakes()
        self.people: dict[int, Person] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.typing: list[int] = []
        self.no_intents = discord.Intents.none()
        self.operator = self.person("Olga")
        self.interactions = Interactions(self)
        self.rest = Rest(self, TOKEN)
        self.gateway = Gateway(TOKEN, self._joined, self.visible, self.changed)
        self._waiting: dict[asyncio.Future[None], Callable[[], Any]] = {}
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway/", self.gateway.handle)
        app.add_subapp("/api/v10", self.rest.application())
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/api/v10"
        self.gateway.address = f"ws://{host}:{port}/gateway/"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self.gateway.forget()
        await self._runner.cleanup()

    def person(self, name: str, locale: str = "en-US") -> Person:
        """Add somebody."""
        added = Person(self.ids.next(), name, locale)
        self.people[added.id] = added
        return added

    def guild(self, name: str, owner: Person) -> Guild:
        """Add a server with one text channel."""
        added = Guild(self.ids.next(), name, owner)
        self.guilds[added.id] = added
        self.channel(added, "general")
        return added

    def channel(self, guild: Guild, name: str, kind: int = TEXT) -> Channel:
        """Add a channel to a server."""
        added = self._keep(Channel(self.ids.next(), kind, name, guild))
        guild.channels.append(added)
        return added

    def direct(self, person: Person) -> Channel:
        """Return the direct conversation of the bot and a person."""
        for channel in self.channels.values():
            if channel.recipient is person:
                return channel
        return self._keep(Channel(self.ids.next(), DM, recipient=person))

    def add_thread(self, parent: Channel, name: str, kind: int) -> Channel:
        """Add a thread that the bot opens."""
        assert parent.guild is not None
        thread = Channel(self.ids.next(), kind, name, parent.guild, parent, owner_id=BOT_ID)
        parent.guild.threads.append(self._keep(thread))
        return thread

    def threads(self) -> list[Channel]:
        """Return every thread, oldest first."""
        return [channel for channel in self.channels.values() if channel.is_thread]

    async def delete_thread(self, thread: Channel) -> None:
        """Delete a thread, as a moderator does."""
        assert thread.guild is not None
        assert thread.parent is not None
        del self.channels[thread.id]
        thread.guild.threads.remove(thread)
        gone = {k: thread.payload()[k] for k in ("id", "guild_id", "parent_id", "type")}
        await self.announce("THREAD_DELETE", thread, gone)

    async def kick(self, guild: Guild) -> None:
        """Remove the bot from a server."""
        guild.kicked = True
        await self.gateway.emit("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def post(self, channel: Channel, body: Payload, *, shown: bool = True) -> Payload:
        """Add what the bot says to a channel, unless only one person is to see it."""
        sent = bot_message(self, channel, body)
        if shown:
            channel.messages.append(sent)
        return sent

    async def announce(self, event: str, channel: Channel, data: Payload) -> None:
        """Tell the bot of an event in a channel."""
        guild_id = channel.guild.id if channel.guild else None
        await self.gateway.emit(event, data, guild_id)

    def reach(self, request: web.Request) -> Channel:
        """Return the channel that a request names, if the bot can see it."""
        channel = self.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        if channel.guild is not None and channel.guild.kicked:
            raise ApiError(403, 50001, "Missing Access")
        return channel

    def need(self, channel: Channel, permission: str) -> None:
        """Refuse what the bot may not do in a server."""
        if channel.guild is not None and not getattr(channel.guild.permissions, permission):
            raise ApiError(403, 50013, "Missing Permissions")

    def may_write(self, channel: Channel, *, embeds: bool = False, files: bool = False) -> None:
        """Refuse a message that the bot may not write."""
        self.need(channel, "send_messages_in_threads" if channel.is_thread else "send_messages")
        if embeds:
            self.need(channel, "embed_links")
        if files:
            self.need(channel, "attach_files")
        if channel.recipient is not None and not channel.recipient.takes_messages:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        if channel.locked:
            raise ApiError(403, 160005, "Thread is locked")

    def acting(self, person: Person, channel: Channel) -> Payload:
        """Return who acts, as an interaction tells it."""
        return interaction_member(self, channel, person.id)

    def visible(self, event: str, data: Payload, intents: discord.Intents) -> Payload:
        """Return what the bot may read of an event: without the intent, no words in servers."""
        readable = intents.message_content or "guild_id" not in data
        mentioned = any(m["id"] == str(BOT_ID) for m in data.get("mentions") or [])
        own = data.get("author", {}).get("id") == str(BOT_ID)
        if not event.startswith("MESSAGE_") or readable or mentioned or own:
            return data
        hidden = {"content": "", "embeds": [], "attachments": [], "components": []}
        return {**data, **{k: v for k, v in hidden.items() if k in data}}

    async def until(self, holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> None:
        """Return as soon as something holds; looked at whenever the bot has done something.

        Raises:
            TimeoutError: it did not come to hold.
        """
        if holds():
            return
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[seen] = holds
        try:
            async with asyncio.timeout(seconds):
                await seen
        finally:
            del self._waiting[seen]

    async def changed(self) -> None:
        """Look whether what somebody waits for holds now."""
        for seen, holds in self._waiting.items():
            if not seen.done() and holds():
                seen.set_result(None)

    def _joined(self) -> list[Guild]:
        return [guild for guild in self.guilds.values() if not guild.kicked]

    def _keep(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel
