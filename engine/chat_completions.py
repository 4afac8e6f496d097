"""Asks an OpenAI-compatible server (vLLM, llama.cpp, Ollama …) for a few completions at once.

All of them share one patience: whatever the server does, a call ends by then.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from engine.errors import ArtifactError, VerifierUnavailableError
from engine.verifier_spec import KEY_VARIABLE

# Requests under way together; servers batch them.
CONCURRENT = 8
_TOO_MANY = 429
_SERVER_FAULT = 500
_ADVICE = {
    400: "it may not understand response_format json_schema",
    401: f"set {KEY_VARIABLE}",
    403: f"check {KEY_VARIABLE}",
    404: "check the address and the model's name",
}
# Local servers are reached directly, whatever proxy the environment names.
_DIRECT = ("all://127.0.0.1", "all://localhost", "all://[::1]")


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
        key: sent as a bearer token; empty for a server that wants none.
        patience: seconds that the requests of one call may take, all attempts together.
        retries: how a request is tried again.

    Raises:
        ArtifactError: the address is none, or the key holds signs that no header can carry.
    """

    def __init__(
        self, base_url: str, key: str, patience: float, retries: Retries | None = None
    ) -> None:
        if not (key.isascii() and key.isprintable()):
            raise ArtifactError(f"{KEY_VARIABLE} holds signs that no key has; copy it once more")
        self._url = f"{base_url}/chat/completions"
        try:
            httpx.URL(self._url)
        except httpx.InvalidURL as error:
            raise ArtifactError(f"{base_url} is no address: {error}") from None
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience = patience
        self._retries = retries or Retries()
        self._certificates = ssl.create_default_context()  # read once: it takes a while

    def ask(self, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the reply to each request as the server's JSON gives it.

        Raises:
            VerifierUnavailableError: one of them got none in time.
        """
        return asyncio.run(self._ask_all(bodies))

    async def _ask_all(self, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        turn = asyncio.Semaphore(CONCURRENT)
        try:
            async with (
                asyncio.timeout(self._patience),
                httpx.AsyncClient(
                    headers=self._headers,
                    verify=self._certificates,
                    timeout=None,  # noqa: S113 - the one above holds for everything together
                    mounts=dict.fromkeys(_DIRECT),
                ) as client,
                asyncio.TaskGroup() as group,
            ):
                asked = [group.create_task(self._ask_one(client, turn, body)) for body in bodies]
        except TimeoutError:
            raise VerifierUnavailableError(
                f"{self._url} did not answer within {self._patience:g} s"
            ) from None
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in asked]

    async def _ask_one(
        self, client: httpx.AsyncClient, turn: asyncio.Semaphore, body: Mapping[str, Any]
    ) -> Any:
        pause = self._retries.first_pause
        for left in reversed(range(self._retries.attempts)):
            async with turn:
                try:
                    response = await client.post(self._url, json=body)
                except httpx.RequestError as error:
                    # Its text may quote what was sent; its kind says enough.
                    fault = f"{self._url} cannot be reached ({type(error).__name__})"
                else:
                    if response.is_success:
                        return self._json(response)
                    fault = self._refusal(response.status_code)
                    if response.status_code not in (_TOO_MANY, *range(_SERVER_FAULT, 600)):
                        break  # it would be refused again
            if left:
                await asyncio.sleep(pause)
                pause *= 2
        raise VerifierUnavailableError(fault)

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            raise VerifierUnavailableError(f"{self._url} answered with no JSON") from None

    def _refusal(self, status: int) -> str:
        advice = _ADVICE.get(status)
        return f"{self._url} answered {status}" + (f": {advice}" if advice else "")
