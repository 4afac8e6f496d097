"""The gateway half of the tests' Discord: HELLO, IDENTIFY, READY, heartbeats, RESUME, events."""

from __future__ import annotations

import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import WSMsgType, web

from tests.support.discord_world import APPLICATION_ID, BOT, Guild, Payload

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = (
    0,
    1,
    2,
    6,
    7,
    9,
    10,
    11,
)
_BAD_TOKEN, _DISALLOWED_INTENTS = 4004, 4014


@dataclass
class Session:
    """What one shard is told, kept so that it can resume.

    Args:
        sent: every event so far; the number of an event is its place, from 1.
        socket: the connection, while there is one.
    """

    id: str
    shard: tuple[int, int]
    intents: discord.Intents
    sent: list[str] = field(default_factory=list)
    socket: Socket | None = None


class Socket:
    """One connection, compressed as the client asked for."""

    def __init__(self, plain: web.WebSocketResponse, *, compressed: bool) -> None:
        self.plain = plain
        self._deflate = zlib.compressobj() if compressed else None

    async def send(self, text: str) -> None:
        if self.plain.closed:
            return
        if self._deflate is None:
            await self.plain.send_str(text)
            return
        data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.plain.send_bytes(data)


class Gateway:
    """Holds the sessions of the bot.

    Args:
        token: the only token that is accepted.
        guilds: the servers that the bot is in.
        visible: what a session may read of an event (the message-content intent).
        changed: called when a session has begun or goes on.

    `address` is where the gateway is reached, known once the server listens;
    `allows_message_content` says whether the portal's switch for that intent is on, `heard` counts
    how often sessions were identified and resumed, and the next event comes without what `garbles`
    names.
    """

    def __init__(
        self,
        token: str,
        guilds: Callable[[], list[Guild]],
        visible: Callable[[str, Payload, discord.Intents], Payload],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._token = token
        self._guilds = guilds
        self._visible = visible
        self._changed = changed
        self.address = ""
        self.allows_message_content = True
        self.sessions: dict[int, Session] = {}
        self.heard = {"identify": 0, "resume": 0}
        self.garbles: tuple[str, ...] = ()
        self._named = 0

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        plain = web.WebSocketResponse()
        await plain.prepare(request)
        socket = Socket(plain, compressed=request.query.get("compress") == "zlib-stream")
        await socket.send(_packet(_HELLO, {"heartbeat_interval": 41_250}))
        async for frame in plain:
            if frame.type is not WSMsgType.TEXT:
                break
            packet = json.loads(frame.data)
            match packet["op"]:
                case 1:
                    await socket.send(_packet(_ACK, None))
                case 2:
                    await self._identify(socket, packet["d"])
                case 6:
                    await self._resume(socket, packet["d"])
        return plain

    async def emit(self, event: str, data: Any, guild_id: int | None = None) -> None:
        """Tell the session that a server, or a direct conversation, belongs to."""
        for session in list(self.sessions.values()):
            number, count = session.shard
            if (guild_id or 0) and ((guild_id or 0) >> 22) % count != number:
                continue
            if not guild_id and number:
                continue
            await self._tell(session, event, data)

    async def drop(self) -> None:
        """Cut every connection; the sessions can be resumed."""
        for session in self.sessions.values():
            await self._cut(session, 4000)

    async def ask_to_reconnect(self) -> None:
        """Ask every session to come back, as Discord does when it restarts a machine."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.send(_packet(_RECONNECT, None))

    async def forget(self) -> None:
        """Lose all sessions and cut the connections: what follows is missed by the bot."""
        sessions, self.sessions = list(self.sessions.values()), {}
        for session in sessions:
            await self._cut(session, 4000)

    async def send_raw(self, text: str) -> None:
        """Send something as it is to every session, for events that make no sense."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.send(text)

    async def _cut(self, session: Session, code: int) -> None:
        socket, session.socket = session.socket, None
        if socket is not None:
            await socket.plain.close(code=code)

    async def _identify(self, socket: Socket, asked: Payload) -> None:
        intents = discord.Intents._from_value(asked["intents"])
        if asked["token"] != self._token:
            await socket.plain.close(code=_BAD_TOKEN)
            return
        if intents.message_content and not self.allows_message_content:
            await socket.plain.close(code=_DISALLOWED_INTENTS)
            return
        self.heard["identify"] += 1
        self._named += 1
        number, count = asked.get("shard", (0, 1))
        session = Session(f"session-{self._named}", (number, count), intents, socket=socket)
        self.sessions[number] = session
        mine = [g for g in self._guilds() if (g.id >> 22) % count == number]
        ready = {
            "v": 10,
            "user": BOT.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self.address,
            "shard": [number, count],
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        await self._tell(session, "READY", ready)
        for guild in mine:
            await self._tell(session, "GUILD_CREATE", guild.payload())
        await self._changed()

    async def _resume(self, socket: Socket, asked: Payload) -> None:
        known = {session.id: session for session in self.sessions.values()}
        session = known.get(asked["session_id"])
        if session is None:
            await socket.send(_packet(_INVALID, data=False))
            return
        self.heard["resume"] += 1
        session.socket = socket
        for missed in session.sent[asked["seq"] :]:
            await socket.send(missed)
        await self._tell(session, "RESUMED", {})
        await self._changed()

    async def _tell(self, session: Session, event: str, data: Payload) -> None:
        shown = self._visible(event, data, session.intents)
        shown = {key: value for key, value in shown.items() if key not in self.garbles}
        self.garbles = ()
        text = _packet(_DISPATCH, shown, event, len(session.sent) + 1)
        session.sent.append(text)
        if session.socket is not None:
            await session.socket.send(text)


def _packet(op: int, data: Any, event: str | None = None, number: int | None = None) -> str:
    return json.dumps({"op": op, "d": data, "t": event, "s": number})
