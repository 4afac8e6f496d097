"""The REST half of the tests' Discord. What it does not know it refuses, and remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.support.discord_buckets import Buckets
from tests.support.discord_limits import ApiError, check_commands, check_message
from tests.support.discord_requests import NEVER, Call, Fault, body_of, path_of
from tests.support.discord_world import (
    APPLICATION_ID,
    BOT,
    NEWS,
    NEWS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    THREAD_CREATED,
    Channel,
    Payload,
    answer,
    member,
    message,
)

if TYPE_CHECKING:
    from tests.support.discord_server import DiscordServer

_THREADS_UNDER = {TEXT: (PUBLIC_THREAD, PRIVATE_THREAD), NEWS: (NEWS_THREAD,)}

_EDITED = ("content", "embeds", "components")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Answers the API.

    Args:
        server: the Discord that it shows.
        token: the only token that is accepted.

    `calls` are all requests; `unknown` those of no known route, `refused` why calls
    were refused; `hasty` counts calls that came sooner than a 429 allowed. A nonce is the author's,
    wherever it is used; with `forgets` its few minutes are always over.
    """

    def __init__(self, server: DiscordServer, token: str) -> None:
        self._server = server
        self._token = token
        self.calls: list[Call] = []
        self.unknown: list[str] = []
        self.refused: list[str] = []
        self.faults: list[Fault] = []
        self.waits: dict[str, float] = {}
        self.buckets = Buckets()
        self.overall = Buckets(50, 1.0)
        self.hasty = 0
        self.commands: list[Payload] = []
        self._sent: dict[str, Payload] = {}
        self.forgets = False

    def application(self) -> web.Application:
        """Return the routes under ``/api/v10``."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/users/@me", self._me),
                web.get("/users/{person}", self._person),
                web.get("/oauth2/applications/@me", self._application),
                web.get("/gateway/bot", self._gateway),
                web.put(f"/applications/{APPLICATION_ID}/commands", self._put_commands),
                web.post("/users/@me/channels", self._open_dm),
                web.get("/channels/{channel}", self._channel),
                web.patch("/channels/{channel}", self._change_channel),
                web.get("/channels/{channel}/messages", self._history),
                web.post("/channels/{channel}/messages", self._send),
                web.patch("/channels/{channel}/messages/{message}", self._edit),
                web.post("/channels/{channel}/typing", self._type),
                web.post("/channels/{channel}/threads", self._open_thread),
                web.put("/channels/{channel}/thread-members/{person}", self._join_thread),
            ]
        )
        app.add_routes(self._server.interactions.routes())
        app.router.add_route("*", "/{rest:.*}", self._unknown)
        return app

    def fail(self, method: str, path: str, status: int, code: int = 0, **more: Any) -> None:
        """Let the next call of a kind fail."""
        body = {"message": "injected", "code": code}
        self.faults.append(Fault(method, path, status, body, **more))

    def slow_down(self, method: str, path: str, seconds: float, *, via: str = "1.1 google") -> None:
        """Answer the next call of a kind with 429, and count calls that come too early.

        Args:
            method, path: the calls.
            seconds: how long they are to wait.
            via: the proxy that says so; the library waits by itself only where there is one.
        """
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        headers = {"Via": via, "Retry-After": str(seconds)}
        self.faults.append(Fault(method, path, 429, body, headers=headers))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note the call, check the token, inject faults, and answer errors as JSON."""
        self.calls.append(Call(request.method, path_of(request), await body_of(request)))
        open_to_all = path_of(request).startswith(("/interactions/", "/webhooks/"))
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self._token}":
            return answer({"message": "401: Unauthorized", "code": 0}, 401)
        key, now = f"{request.method} {path_of(request)}", asyncio.get_running_loop().time()
        self.hasty += now < self.waits.pop(key, 0)
        fault = next((f for f in self.faults if f.meets(request)), None)
        if fault is not None:
            fault.times -= 1
            if not fault.after_effect:
                return await self._answer_fault(fault, key, request)
        if wait := self._overall_wait(request):
            return self._too_many(wait, overall=True)
        wait, limits = self._limits(request)
        if wait:
            return self._too_many(wait)
        try:
            response: web.StreamResponse = await handler(request)
        except ApiError as error:
            self.refused.append(f"{error.code} {error}")
            response = answer({"message": str(error), "code": error.code}, error.status)
        response.headers.update(limits)
        await self._server.changed()
        return await self._answer_fault(fault, key, request) if fault else response

    def _limits(self, request: web.Request) -> tuple[float, dict[str, str]]:
        """Count a call that is limited; return how long it should have waited."""
        if request.method != "POST" or not path_of(request).endswith("/messages"):
            return 0, {}
        return self.buckets.take(path_of(request))

    def _overall_wait(self, request: web.Request) -> float:
        """Count a call; return how long it should have waited, with all others of the bot."""
        if path_of(request).startswith(("/interactions/", "/webhooks/")):
            return 0
        wait, _ = self.overall.take("overall")
        return wait

    def _too_many(self, wait: float, *, overall: bool = False) -> web.Response:
        text = "You are being rate limited."
        body = {"message": text, "retry_after": wait, "global": overall}
        return answer(body, 429, Via="1.1 google")

    async def _answer_fault(self, fault: Fault, key: str, request: web.Request) -> web.Response:
        if fault.status == NEVER:
            await self._server.changed()
            await asyncio.Event().wait()
        if not fault.status:
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=500)
        if fault.status != 429:
            return answer(fault.body, fault.status)
        wait = float(fault.body["retry_after"])
        self.waits[key] = asyncio.get_running_loop().time() + wait - 0.01
        return answer(fault.body, fault.status, **{k: v for k, v in fault.headers.items() if v})

    async def _unknown(self, request: web.Request) -> web.Response:
        self.unknown.append(f"{request.method} {path_of(request)}")
        raise ApiError(404, 0, "404: Not Found")

    async def _me(self, request: web.Request) -> web.Response:
        return answer(BOT.payload())

    async def _person(self, request: web.Request) -> web.Response:
        return answer(self._server.people[int(request.match_info["person"])].payload())

    async def _application(self, request: web.Request) -> web.Response:
        about = {"id": str(APPLICATION_ID), "name": "Aurora", "description": "", "icon": None}
        owner = self._server.operator.payload()
        settings = {"bot_public": True, "bot_require_code_grant": False, "verify_key": ""}
        return answer(
            {**about, **settings, "summary": "", "owner": owner, "flags": 0, "team": None}
        )

    async def _gateway(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url, shards = self._server.gateway.address, self._server.shards
        return answer({"url": url, "shards": shards, "session_start_limit": limit})

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        check_commands(commands)
        stamp = {"application_id": str(APPLICATION_ID), "version": "1"}
        shared = {"default_member_permissions": None, "nsfw": False}
        self.commands = [
            {**shared, **command, **stamp, "id": str(5_000 + number)}
            for number, command in enumerate(commands)
        ]
        return answer(self.commands)

    async def _open_dm(self, request: web.Request) -> web.Response:
        person = self._server.people[int((await request.json())["recipient_id"])]
        return answer(self._server.direct(person).payload())

    async def _channel(self, request: web.Request) -> web.Response:
        return answer(self._server.reach(request).payload())

    async def _change_channel(self, request: web.Request) -> web.Response:
        channel, change = self._server.reach(request), await request.json()
        if channel.locked:
            raise ApiError(403, 50013, "Missing Permissions")
        channel.archived = change.get("archived", channel.archived)
        return answer(channel.payload())

    async def _history(self, request: web.Request) -> web.Response:
        channel = self._server.reach(request)
        self._server.need(channel, "read_message_history")
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 50))
        found = [m for m in channel.messages if int(m["id"]) > after][:limit]
        session = next(iter(self._server.gateway.sessions.values()), None)
        intents = session.intents if session else self._server.no_intents
        shown = [self._server.visible("MESSAGE_CREATE", m, intents) for m in reversed(found)]
        return answer([_without_server(m) for m in shown])

    async def _send(self, request: web.Request) -> web.Response:
        channel, body = self._server.reach(request), await body_of(request)
        files = body.get("attachments") or []
        self._server.may_write(channel, embeds=bool(body.get("embeds")), files=bool(files))
        check_message(body, files=len(files))
        nonce = str(body.get("nonce") or "")
        known = self._sent.get(nonce) if nonce and body.get("enforce_nonce") else None
        if known is not None:
            return answer(known)
        sent = self._server.post(channel, body)
        if not self.forgets:
            self._sent[nonce] = sent
        await self._server.announce("MESSAGE_CREATE", channel, sent)
        return answer(sent)

    async def _edit(self, request: web.Request) -> web.Response:
        channel, body = self._server.reach(request), await body_of(request)
        self._server.may_write(channel, embeds=bool(body.get("embeds")))
        check_message(body)
        number = request.match_info["message"]
        found = next((m for m in channel.from_bot() if m["id"] == number), None)
        if found is None:
            raise ApiError(404, 10008, "Unknown Message")
        found |= {name: body.get(name) or found[name][:0] for name in _EDITED}
        await self._server.announce("MESSAGE_UPDATE", channel, found)
        return answer(found)

    async def _type(self, request: web.Request) -> web.Response:
        channel = self._server.reach(request)
        self._server.may_write(channel)
        self._server.typing.append(channel.id)
        return web.Response(status=204)

    async def _open_thread(self, request: web.Request) -> web.Response:
        parent, asked = self._server.reach(request), await request.json()
        private = asked["type"] == PRIVATE_THREAD
        self._server.need(parent, f"create_{'private' if private else 'public'}_threads")
        if asked["type"] not in _THREADS_UNDER.get(parent.kind, ()):
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        if not 1 <= len(asked["name"]) <= 100:
            raise ApiError(400, 50035, "Invalid Form Body")
        thread = self._server.add_thread(parent, asked["name"], asked["type"])
        await self._server.announce("THREAD_CREATE", thread, thread.payload())
        if not private:
            body = {"content": asked["name"], "type": THREAD_CREATED}
            await self._server.announce("MESSAGE_CREATE", parent, self._server.post(parent, body))
        return answer(thread.payload(), 201)

    async def _join_thread(self, request: web.Request) -> web.Response:
        thread = self._server.reach(request)
        self._server.may_write(thread)
        thread.members.add(int(request.match_info["person"]))
        return web.Response(status=204)


def _without_server(payload: Payload) -> Payload:
    """Return a message as it is fetched: only the gateway says which server it is of."""
    return {k: v for k, v in payload.items() if k not in ("guild_id", "member")}


def bot_message(server: DiscordServer, channel: Channel, body: Payload) -> Payload:
    """Return what the bot says as a message."""
    names = [item["filename"] for item in body.get("attachments") or []]
    files = [
        {"id": str(n), "filename": name, "size": 1, "url": "http://cdn.invalid/", "proxy_url": ""}
        for n, name in enumerate(names)
    ]
    kept = {k: body[k] for k in ("embeds", "components", "flags", "type") if body.get(k)}
    kept["attachments"] = files
    return message(server.ids.next(), channel, BOT, body.get("content") or "", **kept)


def interaction_member(server: DiscordServer, channel: Channel, person_id: int) -> Payload:
    """Return who acts, as an interaction tells it: a member in a server, else a user."""
    person = server.people[person_id]
    if channel.guild is None:
        return {"user": person.payload()}
    manages = channel.guild.owner.id == person.id
    return {"member": member(person, (1 << 5) if manages else 0)}
