"""Asks a server that speaks OpenAI's API (vLLM, llama.cpp, Ollama …) for chat completions.

Whatever the server does, a call ends by the time that its caller has patience for.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from engine.errors import ArtifactError, ServerUnavailableError
from engine.event_stream import END_OF_STREAM, events

# Requests under way together; servers batch them.
CONCURRENT = 8
_TOO_MANY = 429
_SERVER_FAULT = 500
_REFUSED_REQUEST = (
    "it does not take such a request: check that the model is one for chats and, where it is to "
    "judge, that the server knows response_format json_schema"
)
# Local servers are reached directly, whatever proxy the environment names.
_DIRECT = ("all://127.0.0.1", "all://localhost", "all://[::1]")


@dataclass(frozen=True, slots=True)
class ServerKey:
    """What a server lets its callers in by.

    Args:
        variable: where in the environment an operator sets it.
        value: sent as a bearer token; empty for a server that wants none.

    Raises:
        ArtifactError: it holds signs that no header can carry.
    """

    variable: str
    value: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not (self.value.isascii() and self.value.isprintable()):
            raise ArtifactError(f"{self.variable} holds signs that no key has; copy it once more")

    @classmethod
    def from_environment(cls, variable: str) -> ServerKey:
        """Return the key that is set there, if one is."""
        return cls(variable, os.environ.get(variable, "").strip())


@dataclass(frozen=True, slots=True)
class Retries:
    """How a request is tried again that the network or a busy server let fall.

    Args:
        attempts: how often it is sent at most.
        first_pause: seconds before the second attempt; each further pause is twice as long.
    """

    attempts: int = 3
    first_pause: float = 0.2


class ChatCompletions:
    """The client of one server.

    Args:
        base_url: what ``/chat/completions`` is below.
        key: what it lets one in by.
        patience: seconds that the requests of one call may take, all attempts together.
        retries: how a request is tried again.

    Raises:
        ArtifactError: the address is none.
    """

    def __init__(
        self, base_url: str, key: ServerKey, patience: float, retries: Retries | None = None
    ) -> None:
        self._url = f"{base_url}/chat/completions"
        try:
            httpx.URL(self._url)
        except httpx.InvalidURL as error:
            raise ArtifactError(f"{base_url} is no address: {error}") from None
        self._key = key
        self._patience = patience
        self._retries = retries or Retries()
        self._certificates = ssl.create_default_context()  # read once: it takes a while

    def ask(self, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the reply to each request as the server's JSON gives it.

        Raises:
            ServerUnavailableError: one of them got none in time.
        """
        return asyncio.run(self._ask_all(bodies))

    def stream(self, body: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the pieces of the reply to one request as they come, each as its JSON gives it.

        A request is not tried again once a piece has come. Whoever stops reading hangs up.

        Raises:
            ServerUnavailableError: the server did not answer, stopped in the middle, or had not
                ended when patience did.
        """
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            deadline = loop.time() + self._patience
            pieces = self._stream(body)
            while (piece := runner.run(self._next(pieces, deadline))) is not None:
                yield piece

    async def _next(self, pieces: AsyncIterator[Any], deadline: float) -> Any:
        try:
            async with asyncio.timeout_at(deadline):
                return await anext(pieces, None)
        except TimeoutError:
            raise self._too_slow() from None

    async def _stream(self, body: Mapping[str, Any]) -> AsyncIterator[Any]:
        async with self._client() as client, self._opened(client, body) as response:
            try:
                async for event in events(response.aiter_bytes()):
                    if event == END_OF_STREAM:
                        return
                    yield self._piece(event)
            except httpx.RequestError as error:
                raise ServerUnavailableError(
                    f"{self._url} stopped in the middle ({type(error).__name__})"
                ) from None

    @asynccontextmanager
    async def _opened(
        self, client: httpx.AsyncClient, body: Mapping[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        """Send a request, again if need be, and hold its answer open."""
        request = client.build_request("POST", self._url, json={**body, "stream": True})
        response = await self._persistently(lambda: client.send(request, stream=True))
        try:
            yield response
        finally:
            await response.aclose()

    async def _ask_all(self, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        turn = asyncio.Semaphore(CONCURRENT)
        try:
            async with (
                asyncio.timeout(self._patience),
                self._client() as client,
                asyncio.TaskGroup() as group,
            ):
                asked = [group.create_task(self._ask_one(client, turn, body)) for body in bodies]
        except TimeoutError:
            raise self._too_slow() from None
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in asked]

    async def _ask_one(
        self, client: httpx.AsyncClient, turn: asyncio.Semaphore, body: Mapping[str, Any]
    ) -> Any:
        async def send() -> httpx.Response:
            async with turn:
                return await client.post(self._url, json=body)

        response = await self._persistently(send)
        return self._json(response.content)

    async def _persistently(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Send a request until it succeeds, is refused for good, or was sent often enough."""
        pause = self._retries.first_pause
        for left in reversed(range(self._retries.attempts)):
            try:
                response = await send()
            except httpx.RequestError as error:
                # Its text may quote what was sent; its kind says enough.
                fault = f"{self._url} cannot be reached ({type(error).__name__})"
            else:
                if response.is_success:
                    return response
                await response.aclose()
                fault = self._refusal(response.status_code)
                if response.status_code not in (_TOO_MANY, *range(_SERVER_FAULT, 600)):
                    break  # it would be refused again
            if left:
                await asyncio.sleep(pause)
                pause *= 2
        raise ServerUnavailableError(fault)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self._key.value}"} if self._key.value else {},
            verify=self._certificates,
            timeout=None,  # noqa: S113 - the caller's patience holds for everything together
            mounts=dict.fromkeys(_DIRECT),
        )

    def _json(self, body: bytes | str) -> Any:
        try:
            return json.loads(body)
        except ValueError:
            raise ServerUnavailableError(f"{self._url} answered with no JSON") from None

    def _piece(self, event: str) -> Any:
        piece = self._json(event)
        if isinstance(piece, dict) and piece.get("error"):
            raise ServerUnavailableError(f"{self._url} reports an error of its own; see its log")
        return piece

    def _too_slow(self) -> ServerUnavailableError:
        return ServerUnavailableError(f"{self._url} did not answer within {self._patience:g} s")

    def _refusal(self, status: int) -> str:
        advice = {
            400: _REFUSED_REQUEST,
            401: f"set {self._key.variable}",
            403: f"check {self._key.variable}",
            404: "check the address and the model's name",
        }.get(status)
        return f"{self._url} answered {status}" + (f": {advice}" if advice else "")
