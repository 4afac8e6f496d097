"""A connection to NATS for either side of the fleet, with the streams that both need.

```mermaid
stateDiagram-v2
    [*] --> Connecting: open
    Connecting --> Connecting: refused, after a pause
    Connecting --> Open: the streams are there
    Open --> Open: lost and made anew, by itself
    Open --> Closed: close, or refused for good
    Closed --> Connecting: open
```
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from nats.aio.client import Client
from nats.errors import ConnectionClosedError, Error, NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, ServiceUnavailableError

from engine.fleet import RESULT_SUBJECTS, RESULTS, TURN_SUBJECT, TURNS, NatsAddress

API_SECONDS = 2.0
"""How long the server may take to answer about its streams."""
PAUSE_SECONDS = 0.25
_KEPT_SECONDS = 600.0
_MOST_TURNS = 10_000
_MOST_RESULT_BYTES = 256 * 1024 * 1024
# A peer that vanished without a word is noticed after two of these, in seconds.
_PING_SECONDS = 5

_STREAMS = (
    StreamConfig(
        name=TURNS,
        subjects=[TURN_SUBJECT],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        max_msgs=_MOST_TURNS,
        discard=DiscardPolicy.NEW,
        max_age=_KEPT_SECONDS,
        duplicate_window=_KEPT_SECONDS,
    ),
    StreamConfig(
        name=RESULTS,
        subjects=[RESULT_SUBJECTS],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_msgs_per_subject=1,
        max_bytes=_MOST_RESULT_BYTES,
        discard=DiscardPolicy.OLD,
        max_age=_KEPT_SECONDS,
        duplicate_window=_KEPT_SECONDS,
    ),
)


class FleetLink:
    """Holds one connection; lost ones are made anew.

    Args:
        address: the server.
        name: what the server shows of this program.
    """

    def __init__(self, address: NatsAddress, name: str) -> None:
        self.address = address
        self.trouble = "no connection yet"
        self._refused = False
        self._name = name
        self._client: Client | None = None
        self._streams: JetStreamContext | None = None
        self._opening = asyncio.Lock()
        self._made_anew = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def client(self) -> Client:
        """The connection.

        Raises:
            ConnectionClosedError: `open` has not returned yet.
        """
        if self._client is None:
            raise ConnectionClosedError
        return self._client

    @property
    def streams(self) -> JetStreamContext:
        """The way to the streams."""
        if self._streams is None:
            self._streams = self.client.jetstream(timeout=API_SECONDS)
        return self._streams

    async def open(self) -> None:
        """Return once the server is reached and has the streams, however long that takes."""
        async with self._opening:
            if self._client is not None and not self._client.is_closed:
                return
            client = Client()
            try:
                await _cancellable(client.connect(**self._options()))
                self.trouble = "it is connected, but has no streams"
                await self._until_streams(client)
            except BaseException:
                await client.close()
                raise
            self._ended.clear()
            self._client, self._streams = client, None
            self.trouble = "it is connected, but nothing was answered"

    def reconnection(self) -> asyncio.Event:
        """Return what is set at the next time that a lost connection is there again.

        Whatever was asked of the server before may have got lost.
        """
        return self._made_anew

    async def ended(self) -> None:
        """Return when the server has refused this program for good."""
        await self._ended.wait()

    async def make_streams(self) -> None:
        """Make the streams where they are missing; a server may come back without its files.

        Raises:
            Error: the server does not do so now.
        """
        await _make_streams(self.client)

    async def close(self) -> None:
        """Send what waits to be sent, and hang up."""
        if self._client is not None and not self._client.is_closed:
            await self._client.close()

    async def _until_streams(self, client: Client) -> None:
        while True:
            try:
                await _make_streams(client)
            except (ServiceUnavailableError, NoRespondersError):
                self.trouble = "it runs without JetStream: start it with nats-server --jetstream"
            except (Error, TimeoutError) as error:
                self.trouble = f"its streams cannot be made: {error}"
            else:
                return
            await asyncio.sleep(PAUSE_SECONDS)

    def _options(self) -> dict[str, Any]:
        async def note(error: Exception) -> None:
            # A server that refuses hangs up, and the reset may be noticed in the refusal's stead.
            if self._refused and isinstance(error, ConnectionError):
                return
            self._refused = "authorization" in str(error).casefold()
            self.trouble = f"cannot connect: {str(error) or type(error).__qualname__}"

        async def wake() -> None:
            self._made_anew.set()
            self._made_anew = asyncio.Event()

        async def end() -> None:
            self._ended.set()

        account = {"user": self.address.user, "password": self.address.password}
        if self.address.user and not self.address.password:
            account = {"token": self.address.user}
        return {
            "servers": str(self.address),
            "name": self._name,
            "connect_timeout": 2,
            "reconnect_time_wait": PAUSE_SECONDS,
            "max_reconnect_attempts": -1,
            "ping_interval": _PING_SECONDS,
            "error_cb": note,
            "reconnected_cb": wake,
            "closed_cb": end,
            **{key: text for key, text in account.items() if text},
        }


async def _cancellable(work: Coroutine[Any, Any, None]) -> None:
    """Do a work that may miss that it was cancelled, as connecting does when it has just failed."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=PAUSE_SECONDS)
    task.result()


async def _make_streams(client: Client) -> None:
    streams = client.jetstream(timeout=API_SECONDS)
    for config in _STREAMS:
        try:
            await streams.add_stream(config)
        except BadRequestError:  # it is there, from another version
            await streams.update_stream(config)
