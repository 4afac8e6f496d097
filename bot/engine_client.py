"""The way to an engine worker: one connection, any number of calls on it at once.

The engine keeps no state between turns, so whatever was in flight when a connection broke is sent
again on the next one, until the call's deadline.

```mermaid
stateDiagram-v2
    [*] --> Idle
    Idle --> Connecting: a call
    Connecting --> Connecting: refused, after a pause
    Connecting --> Connected: every waiting call is sent
    Connected --> Connecting: lost, calls are waiting
    Connected --> Idle: lost, nothing is waiting
```
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.engine_answers import (
    FIRST_TIMEOUT_SECONDS,
    TIMEOUT_SECONDS,
    payload_of,
    read_result,
)
from bot.errors import ConfigError, EngineRejectedError, EngineUnavailableError
from engine.contract import Answer, Call, TurnRequest, TurnResult
from engine.errors import ContractError
from engine.progress import ObserveTurn, TurnProgress
from engine.wire import LINE_LIMIT, STOPPING, TcpAddress, parse_address

log = structlog.get_logger(__name__)

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.25


def _never() -> None:
    return None


class SocketEngineClient:
    """Calls a worker at an address; implements `bot.engine_answers.Engine`.

    Args:
        address: ``unix:///path`` or ``tcp://host:port``.
        timeout: seconds from a call to its answer, all attempts together.
        first_timeout: the same until the worker has been reached for the first time: it may still
            be loading its models.
        failure: asked while the worker cannot be reached; the error that it returns, if any, ends
            all waiting calls at once.

    Raises:
        ConfigError: the address is none.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        first_timeout: float = FIRST_TIMEOUT_SECONDS,
        failure: Callable[[], EngineUnavailableError | None] = _never,
    ) -> None:
        try:
            self._address = parse_address(address)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        self._timeout = timeout
        self._first_timeout = first_timeout
        self._failure = failure
        self._reached = False
        self._ids = itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._link: asyncio.Task[None] | None = None
        self._trouble = "no connection yet"

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        """Judge and answer one message.

        Args:
            request: the message.
            observe: told how far the turn has come, again from the start where it had to be sent
                again; never after the result is there. None where nobody watches.

        Raises:
            EngineUnavailableError: there was no answer in time; asking again later may help.
            EngineRejectedError: the engine refused the request.
        """
        payload = await self._call("turn", request.to_dict(), self._allowed(), observe)
        return read_result(payload, self._address)

    async def health(self, within: float | None = None) -> Mapping[str, Any]:
        """Return what the worker tells about itself.

        Args:
            within: seconds to wait; as for a turn when not given.

        Raises:
            EngineUnavailableError: there was no answer in time.
        """
        return await self._call("health", {}, self._allowed() if within is None else within)

    async def queue(self) -> None:
        """Tell of no queue: what waits, waits in the worker."""

    async def close(self) -> None:
        """Hang up; calls still waiting end as unavailable."""
        if self._link is not None:
            self._link.cancel()
            await asyncio.wait({self._link})
        self._end_all(EngineUnavailableError("the connection to the engine was closed"))

    def _allowed(self) -> float:
        return self._timeout if self._reached else self._first_timeout

    async def _call(
        self,
        method: str,
        payload: Mapping[str, Any],
        seconds: float,
        observe: ObserveTurn | None = None,
    ) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        call_id, deadline = str(next(self._ids)), loop.time() + seconds
        call = _Waiting(call_id, method, payload, deadline, loop.create_future(), observe)
        self._check_length(call)
        self._waiting[call_id] = call
        try:
            self._post(call)
            async with asyncio.timeout_at(call.deadline):
                answer = await call.answer
        except TimeoutError:
            raise EngineUnavailableError(
                f"the engine at {self._address} gave no answer within {seconds:g} s "
                f"({self._trouble}); see that it runs: python -m engine --listen {self._address}"
            ) from None
        finally:
            del self._waiting[call_id]
        return payload_of(answer, self._address)

    @staticmethod
    def _check_length(call: _Waiting) -> None:
        length = len(call.line())
        if length > LINE_LIMIT:
            raise EngineRejectedError(
                f"the request is {length} bytes long, more than the {LINE_LIMIT} that travel"
            )

    def _post(self, call: _Waiting) -> None:
        """Send a call if there is a connection; otherwise the next one will carry it."""
        if self._writer is not None:
            self._writer.write(call.line())
        elif self._link is None or self._link.done():
            self._link = asyncio.create_task(self._keep_linked(), name="engine link")

    async def _keep_linked(self) -> None:
        """Connect, and connect again, for as long as calls are waiting."""
        pause = _FIRST_PAUSE_SECONDS
        while self._waiting:
            failure = self._failure()
            if failure is not None:
                self._end_all(failure)
                return
            answered = await self._converse()
            if self._waiting:
                pause = _FIRST_PAUSE_SECONDS if answered else min(pause * 2, _LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(pause)

    async def _converse(self) -> bool:
        """Hold one connection until it breaks; return whether anything was answered on it."""
        try:
            reader, writer = await self._connect()
        except OSError as error:
            self._trouble = f"cannot connect: {error.strerror or error}"
            return False
        answered = False
        # A worker listens only once its models are loaded.
        self._reached = True
        self._trouble = "it is connected, but has not answered"
        self._writer = writer
        try:
            for call in self._waiting.values():
                writer.write(call.line())
            while (line := await reader.readline()).endswith(b"\n"):
                answer = Answer.from_line(line)
                if answer.partial:
                    self._pass_on(answer)
                else:
                    self._settle(answer)
                    answered = True
            self._trouble = "the worker hung up"
        except OSError as error:
            self._trouble = f"the connection broke: {error.strerror or error}"
        except (ContractError, ValueError):
            self._trouble = "what listens there speaks another language"
        finally:
            self._writer = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        log.info("engine.lost", address=str(self._address), why=self._trouble)
        return answered

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = self._address
        if isinstance(address, TcpAddress):
            return await asyncio.open_connection(address.host, address.port, limit=LINE_LIMIT)
        return await asyncio.open_unix_connection(address.path, limit=LINE_LIMIT)

    def _pass_on(self, answer: Answer) -> None:
        call = self._waiting.get(answer.id)
        if call is None or call.observe is None or call.answer.done():
            return
        try:
            call.observe(TurnProgress.from_dict(answer.payload))
        except Exception as error:  # nothing depends on it, least of all the other calls
            log.warning("engine.progress_lost", error=type(error).__qualname__)

    def _settle(self, answer: Answer) -> None:
        if answer.error == STOPPING:
            return  # it goes to the next worker once this one has hung up
        if not answer.id:
            self._trouble = f"the worker could not read a call: {answer.message}"
        call = self._waiting.get(answer.id)
        if call is not None and not call.answer.done():
            call.answer.set_result(answer)

    def _end_all(self, error: EngineUnavailableError) -> None:
        for call in self._waiting.values():
            if not call.answer.done():
                call.answer.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A call without an answer yet; `deadline` by the loop's clock, in seconds."""

    id: str
    method: str
    payload: Mapping[str, Any]
    deadline: float
    answer: asyncio.Future[Answer]
    observe: ObserveTurn | None

    def line(self) -> bytes:
        """Return the call as it is sent now, with the time that is left to it."""
        left = self.deadline - self.answer.get_loop().time()
        deadline_ms, watched = max(0, int(left * 1000)), self.observe is not None
        return Call(self.id, self.method, self.payload, deadline_ms, watched).to_line()
