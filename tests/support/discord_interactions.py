"""Interactions of the tests' Discord: sent to the bot, and to be acknowledged within 3 seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.support.discord_limits import ApiError, check_message
from tests.support.discord_world import APPLICATION_ID, Channel, Payload, Person, answer

if TYPE_CHECKING:
    from tests.support.discord_server import DiscordServer

DEADLINE_SECONDS = 3.0
COMMAND, COMPONENT, COMPLETION, MODAL = 2, 3, 4, 5
_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _CHOICES, _SHOW_MODAL = 4, 5, 6, 8, 9
_EPHEMERAL = 64


@dataclass
class Interaction:
    """One interaction and what became of it.

    Args:
        kind: command, component, completion or modal.
        sent_at: on the clock of the event loop.
        answered_with: type of the acknowledgement; None before there is one.
        ephemeral: whether only the person sees the answer.
        answer: its words: None while it is deferred, or once it was taken away.
        components: the buttons under the answer.
        modal: the form that was opened.
        choices: the completions that were offered.
        whispers: what only the person was told after that.
    """

    id: int
    token: str
    kind: int
    person: Person
    channel: Channel
    sent_at: float
    answered_with: int | None = None
    acknowledged_after: float = 0.0
    ephemeral: bool = False
    answer: str | None = None
    removed: bool = False
    components: list[Payload] = field(default_factory=list)
    modal: Payload | None = None
    choices: list[Payload] | None = None
    public: Payload | None = None
    whispers: list[str] = field(default_factory=list)


class Interactions:
    """Keeps the interactions, and serves their callbacks and the answers' webhooks.

    `omitted` names what interactions do not tell of, and `noticed` is called as each of them is
    acknowledged.
    """

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self.all: list[Interaction] = []
        self.omitted: tuple[str, ...] = ()
        self.noticed: Callable[[], None] = lambda: None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that interactions are answered on."""
        original = f"/webhooks/{APPLICATION_ID}/{{token}}/messages/@original"
        return [
            web.post("/interactions/{interaction}/{token}/callback", self._callback),
            web.patch(original, self._edit),
            web.delete(original, self._delete),
            web.post(f"/webhooks/{APPLICATION_ID}/{{token}}", self._whisper),
        ]

    async def send(
        self, kind: int, person: Person, channel: Channel, data: Payload, **more: Any
    ) -> Interaction:
        """Tell the bot of an interaction."""
        number = self._server.ids.next()
        now = asyncio.get_running_loop().time()
        sent = Interaction(number, f"token-{number}", kind, person, channel, now)
        self.all.append(sent)
        guild = channel.guild
        event = {
            "id": str(number),
            "application_id": str(APPLICATION_ID),
            "type": kind,
            "token": sent.token,
            "version": 1,
            "data": data,
            "channel": channel.payload(),
            "channel_id": str(channel.id),
            "locale": person.locale,
            "attachment_size_limit": 10_000_000,
            "entitlements": [],
            "app_permissions": str(guild.permissions.value if guild else 0),
            **self._server.acting(person, channel),
            **more,
        }
        if guild is not None:
            event |= {"guild_id": str(guild.id), "guild_locale": "en-US"}
        told = {k: v for k, v in event.items() if k not in self.omitted}
        await self._server.gateway.emit("INTERACTION_CREATE", told, guild.id if guild else None)
        return sent

    async def acknowledged(self, sent: Interaction) -> Interaction:
        """Wait for the acknowledgement.

        Raises:
            AssertionError: there was none in time, and the person saw that it failed.
        """
        try:
            await self._server.until(lambda: sent.answered_with is not None, DEADLINE_SECONDS)
        except TimeoutError:
            raise AssertionError("the application did not respond") from None
        return sent

    async def answered(self, sent: Interaction) -> Interaction:
        """Wait until a deferred answer is there, or was taken away."""
        await self._server.until(lambda: sent.answer is not None or sent.removed)
        return sent

    async def _callback(self, request: web.Request) -> web.Response:
        sent = self._find(request.match_info["token"])
        body = await request.json()
        waited = asyncio.get_running_loop().time() - sent.sent_at
        if waited > DEADLINE_SECONDS:
            raise ApiError(404, 10062, "Unknown interaction")
        if sent.answered_with is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        sent.acknowledged_after = waited
        sent.ephemeral = bool(data.get("flags", 0) & _EPHEMERAL)
        match body["type"]:
            case 4:
                check_message(data)
                await self._show(sent, data)
            case 5 if sent.kind == COMMAND or sent.kind in (COMPONENT, MODAL):
                pass
            case 6 if sent.kind in (COMPONENT, MODAL):
                sent.removed = True
            case 8 if sent.kind == COMPLETION:
                if len(data["choices"]) > 25:
                    raise ApiError(400, 50035, "at most 25 choices")
                sent.choices = data["choices"]
            case 9 if sent.kind in (COMMAND, COMPONENT):
                sent.modal = data
            case other:
                raise ApiError(400, 50035, f"type {other} does not answer this interaction")
        sent.answered_with = body["type"]
        self.noticed()
        answered = {"id": str(sent.id), "type": sent.kind}
        return answer({"interaction": answered})

    async def _edit(self, request: web.Request) -> web.Response:
        sent, body = self._find(request.match_info["token"]), await request.json()
        if sent.answered_with not in (_MESSAGE, _DEFERRED):
            raise ApiError(404, 10008, "Unknown Message")
        check_message(body)
        await self._show(sent, body)
        assert sent.public is not None
        return answer(sent.public)

    async def _delete(self, request: web.Request) -> web.Response:
        sent = self._find(request.match_info["token"])
        if sent.answered_with not in (_MESSAGE, _DEFERRED):
            raise ApiError(404, 10008, "Unknown Message")
        sent.removed = True
        return web.Response(status=204)

    async def _whisper(self, request: web.Request) -> web.Response:
        sent, body = self._find(request.match_info["token"]), await request.json()
        if sent.answered_with is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        check_message(body)
        if not body.get("flags", 0) & _EPHEMERAL:
            raise ApiError(400, 50035, "what everybody reads is no follow-up")
        sent.whispers.append(body["content"])
        return answer(self._server.post(sent.channel, body, shown=False))

    async def _show(self, sent: Interaction, body: Payload) -> None:
        sent.answer = body.get("content") or ""
        sent.components = body.get("components") or []
        sent.public = self._server.post(sent.channel, body, shown=not sent.ephemeral)

    def _find(self, token: str) -> Interaction:
        for sent in self.all:
            if sent.token == token:
                return sent
        raise ApiError(404, 10015, "Unknown Webhook")
