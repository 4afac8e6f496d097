"""A strict Bot API server on a loopback port: real HTTP, and what Telegram enforces.

It keeps what it is sent (`world`), notes what a well-behaved bot never causes (`violations`), and
misbehaves on demand (`faults`). The unmodified library talks to it.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass
from types import TracebackType

import aiohttp
from aiohttp import web

from bot.interview.ports import Clock
from tests.support.telegram_methods import Methods
from tests.support.telegram_rules import RefusedError, check_token
from tests.support.telegram_world import JSON, World

TOKEN = "4242:a-token-for-tests"


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong.

    Args:
        code: what to answer; 0 to reset the connection instead, 200 for what it deserves.
        after_effect: whether what was asked for is done all the same.
        gate: what to wait for first.
        retry_after: seconds to ask for.
        description: what to say.
    """

    code: int = 0
    after_effect: bool = False
    gate: asyncio.Event | None = None
    retry_after: int | None = None
    description: str = "a fault"


class TelegramServer:
    """The server. Use it as ``async with TelegramServer(clock) as server``."""

    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.methods = Methods(self.world)
        self.calls: list[tuple[str, JSON]] = []
        self.violations: list[str] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._newest_poll: object = None

    async def __aenter__(self) -> TelegramServer:
        application = web.Application()
        application.router.add_post("/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/bot"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._newest_poll = None
        self.world.tell()
        await self._runner.cleanup()

    def called(self, method: str) -> list[JSON]:
        """Return the parameters of every call of a method, in order."""
        return [given for name, given in self.calls if name == method.casefold()]

    async def push(self, proxy: str, secret: str | None = None) -> list[int]:
        """Send waiting updates to the webhook, in order, until one is not taken.

        Args:
            proxy: the address that the webhook's own stands for, as a reverse proxy would have it.
            secret: what somebody else would send along; Telegram's own by default.

        Returns:
            The answers.
        """
        answers: list[int] = []
        webhook = self.methods.webhook
        address = proxy + "/" + webhook["url"].split("/", 3)[3]
        sent = webhook["secret_token"] if secret is None else secret
        async with aiohttp.ClientSession(
            headers={"X-Telegram-Bot-Api-Secret-Token": sent}
        ) as session:
            while self.world.updates and answers[-1:] in ([], [200]):
                async with session.post(address, json=self.world.updates[0]) as answer:
                    answers.append(answer.status)
                if answer.status == 200:
                    self.world.updates.pop(0)
        return answers

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].casefold()
        given = await _parameters(request)
        self.calls.append((method, given))
        fault = self.faults[method].popleft() if self.faults[method] else Fault(200)
        self.world.tell()
        if fault.gate:
            await fault.gate.wait()
        if fault.code != 200 and not fault.after_effect:
            return _misbehave(request, fault)
        try:
            answer = await self._answer(request.match_info["token"], method, given)
        finally:
            self.world.tell()
        return answer if fault.code == 200 else _misbehave(request, fault)

    async def _answer(self, token: str, method: str, given: JSON) -> web.Response:
        try:
            check_token(token, TOKEN)
            if method == "getupdates":
                result: object = await self._get_updates(given)
            else:
                result = self.methods.call(method, given)
        except RefusedError as refused:
            if not refused.expected:
                self.violations.append(f"{method}: {refused.description}")
            return _refusal(refused.code, refused.description, refused.parameters)
        except Exception as error:  # what the server cannot make sense of, Telegram refuses
            self.violations.append(f"{method}: {error!r}")
            return _refusal(400, "Bad Request: not understood", {})
        return web.json_response({"ok": True, "result": result})

    async def _get_updates(self, given: JSON) -> list[JSON]:
        if self.methods.webhook["url"]:
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active")
        updates, offset = self.world.updates, given.get("offset")
        if offset is not None:
            updates[:] = [u for u in updates if u.get("update_id", offset) >= offset]
        poll = self._newest_poll = object()
        self.world.tell()
        try:
            await self.world.until(
                lambda: bool(updates) or self._newest_poll is not poll, given.get("timeout", 0)
            )
        except TimeoutError:
            return []
        if self._newest_poll is not poll:
            raise RefusedError(
                409, "Conflict: terminated by other getUpdates request", expected=True
            )
        return updates[: given.get("limit", 100)]


async def _parameters(request: web.Request) -> JSON:
    """Return what a call was given; everything but plain texts travels as JSON."""
    given: JSON = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            given[name] = (value.filename, value.file.read())
        elif name in ("text", "caption", "callback_query_id", "secret_token", "url"):
            given[name] = value
        else:
            given[name] = _decoded(str(value))
    return given


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _misbehave(request: web.Request, fault: Fault) -> web.Response:
    if fault.code == 0:
        assert request.transport is not None
        request.transport.abort()
    parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    return _refusal(fault.code or 500, fault.description, parameters)


def _refusal(code: int, description: str, parameters: JSON) -> web.Response:
    answer: JSON = {"ok": False, "error_code": code, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return web.json_response(answer, status=code)
