"""The way to a fleet of engine workers: calls wait in NATS JetStream, any worker answers them.

A call is named by what it asks, so the server drops one that it has already; a bot that asks again
after its own end, or after the server's, finds the answer or waits for the one under way.

```mermaid
stateDiagram-v2
    [*] --> Listening: a call
    Listening --> Asked: taken, or known already
    Asked --> Answered: an answer comes
    Asked --> Answered: known already, and the answer is kept
    Asked --> Listening: known already, and it failed then, so asked under another name
    Asked --> Listening: the connection was lost and is there again
    Answered --> [*]
```
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError
from nats.js.api import ConsumerInfo, Header, PubAck
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from bot.engine_answers import (
    TIMEOUT_SECONDS,
    QueueFacts,
    payload_of,
    read_result,
)
from bot.errors import EngineRejectedError, EngineUnavailableError
from bot.fleet_call import Asked
from bot.fleet_watch import HolderWatch
from engine.contract import Answer, TurnRequest, TurnResult
from engine.errors import ContractError, OverloadedError
from engine.fleet import (
    DELIVERIES,
    HEALTH_SUBJECT,
    RESULTS,
    TURN_SUBJECT,
    TURNS,
    WORKERS,
    NatsAddress,
    answer_subjects,
    call_id,
    holder_subject,
    result_subject,
)
from engine.fleet_link import API_SECONDS, PAUSE_SECONDS, FleetLink
from engine.progress import ObserveTurn
from engine.wire import LINE_LIMIT

# What the server says where a stream holds as many messages as it may.
_FULL = 10077


class FleetEngineClient:
    """Calls whichever worker is free; implements `bot.engine_answers.Engine`.

    Args:
        address: the server.
        timeout: seconds from a call to its answer, all attempts together.
    """

    def __init__(self, address: NatsAddress, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._address = address
        self._timeout = timeout
        self._link = FleetLink(address, "aurora bot")
        self._redeliveries = 0
        self._waiting: set[Asked] = set()
        self._watch = HolderWatch(self._link)

    async def reach(self, within: float) -> None:
        """Return once the server is reached; workers may come later.

        Args:
            within: seconds to wait.

        Raises:
            EngineUnavailableError: it was not reached in time.
        """
        async with self._in_time(within):
            await self._link.open()

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        """Judge and answer one message.

        Args:
            request: the message.
            observe: told how far the turn has come, again from the start where another worker had
                to take over; never after the result is there. None where nobody watches.

        Raises:
            EngineUnavailableError: there was no answer in time; asking again later may help.
            EngineRejectedError: the engine refused the request.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        payload = request.to_dict()
        asked = Asked(call_id(payload), payload, deadline, loop.create_future(), observe)
        async with self._in_time(self._timeout):
            await self._link.open()
            async with self._listening(asked):
                answer = await asked.answer
        return read_result(payload_of(answer, self._address), self._address)

    async def health(self, within: float | None = None) -> Mapping[str, Any]:
        """Return what a worker tells about itself, whichever one hears first.

        Args:
            within: seconds to wait; as for a turn when not given.

        Raises:
            EngineUnavailableError: there was no answer in time.
        """
        seconds = self._timeout if within is None else within
        async with self._in_time(seconds):
            await self._link.open()
            while True:
                self._link.trouble = "no worker is listening there"
                with contextlib.suppress(NoRespondersError):
                    message = await self._link.client.request(HEALTH_SUBJECT, timeout=seconds)
                    return Answer.from_line(message.data).payload
                await asyncio.sleep(PAUSE_SECONDS)

    async def queue(self) -> QueueFacts | None:
        """Return how the queue stands; None where the server cannot be asked."""
        try:
            async with asyncio.timeout(API_SECONDS):
                await self._link.open()
                stream = await self._link.streams.stream_info(TURNS)
                workers = await self._workers()
        except (Error, TimeoutError):
            return None
        in_work = (workers.num_ack_pending if workers else None) or 0
        redelivered = (workers.num_redelivered if workers else None) or 0
        waiting = max(0, stream.state.messages - in_work)
        return QueueFacts(waiting, in_work, redelivered, self._redeliveries)

    async def _workers(self) -> ConsumerInfo | None:
        try:
            workers: ConsumerInfo = await self._link.streams.consumer_info(TURNS, WORKERS)
        except NotFoundError:  # no worker has come yet
            return None
        return workers

    async def close(self) -> None:
        """Hang up; calls still waiting end as unavailable."""
        await self._watch.stop()
        await self._link.close()
        for asked in self._waiting:
            asked.fail(EngineUnavailableError("the connection to the engine was closed"))

    @contextlib.asynccontextmanager
    async def _in_time(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except (Error, TimeoutError):
            raise EngineUnavailableError(
                f"the engine at {self._address} gave no answer within {seconds:g} s "
                f"({self._link.trouble}); see that the server and a worker run: "
                f"python -m engine --listen {self._address}"
            ) from None

    @contextlib.asynccontextmanager
    async def _listening(self, asked: Asked) -> AsyncIterator[None]:
        """Hear the answer, and see meanwhile that there is one."""

        async def hear(message: Msg) -> None:
            self._hear(asked, message)

        ears = await self._link.client.subscribe(answer_subjects(asked.name), cb=hear)
        asking = asyncio.create_task(self._keep_asking(asked), name=f"ask {asked.name}")
        self._waiting.add(asked)
        try:
            yield
        finally:
            self._waiting.discard(asked)
            self._watch.over(asked.name)
            asked.answer.cancel()  # first: a request that is answered just now misses the other
            asking.cancel()
            with contextlib.suppress(Error):
                await ears.unsubscribe()

    async def _keep_asking(self, asked: Asked) -> None:
        """Ask, and again whenever the connection was lost: an answer may have gone with it."""
        try:
            while True:
                lost = self._link.reconnection()
                await self._ask(asked)
                if asked.answer.done():
                    return
                await _first(lost, asked.outdated)
                if asked.outdated.is_set():
                    asked.rename()
        except Exception as error:  # whatever it is, the call must not wait for it in vain
            asked.fail(error)

    async def _ask(self, asked: Asked) -> None:
        """Have the server take the call; while an earlier one is under way, look what comes of it.

        Raises:
            EngineRejectedError: the call is too long.
            EngineUnavailableError: the queue is full.
        """
        while not asked.answer.done():
            try:
                known = await self._publish(asked)
                if not known.duplicate:
                    asked.taken = True
                    return
                if await self._is_spent(asked, known.seq):
                    asked.rename()
                else:
                    await asyncio.sleep(PAUSE_SECONDS)
            except NoStreamResponseError:  # the server came back without its files
                await self._link.make_streams()
            except (Error, TimeoutError) as error:
                if isinstance(error, APIError) and error.err_code == _FULL:
                    full = f"{OverloadedError.code}: as many calls as it holds are waiting already"
                    raise EngineUnavailableError(f"the queue at {self._address}: {full}") from None
                self._link.trouble = f"it does not take the call: {error}"
                await asyncio.sleep(PAUSE_SECONDS)

    async def _publish(self, asked: Asked) -> PubAck:
        line, limit = asked.line(), min(LINE_LIMIT, self._link.client.max_payload)
        if len(line) > limit:
            raise EngineRejectedError(
                f"the request is {len(line)} bytes long, more than the {limit} that travel"
            )
        headers = {Header.MSG_ID.value: asked.message_id}
        return await self._link.streams.publish(TURN_SUBJECT, line, API_SECONDS, TURNS, headers)

    async def _is_spent(self, asked: Asked, number: int) -> bool:
        """Take the answer to the call's name; return whether there is none and none will come."""
        # In this order: a call is done only once its answer is kept.
        done = await self._is_done(number)
        await self._look_up(asked)
        return done and not asked.answer.done()

    async def _is_done(self, number: int) -> bool:
        try:
            await self._link.streams.get_msg(TURNS, number)
        except NotFoundError:
            return True
        return False

    async def _look_up(self, asked: Asked) -> None:
        with contextlib.suppress(NotFoundError):
            kept = await self._link.streams.get_last_msg(RESULTS, result_subject(asked.name))
            answer = Answer.from_line(kept.data or b"")
            if asked.accepts(answer, kept.headers):
                self._settle(asked, answer, kept.headers)

    def _hear(self, asked: Asked, message: Msg) -> None:
        if message.subject == holder_subject(asked.name):
            self._watch.begin(asked.name, message.data)
            return
        try:
            answer = Answer.from_line(message.data)
        except ContractError:
            self._link.trouble = "what answers there speaks another language"
            return
        if answer.partial:
            asked.show(answer)
        elif asked.accepts(answer, message.headers):
            self._settle(asked, answer, message.headers)
        elif not asked.taken:
            asked.outdated.set()

    def _settle(self, asked: Asked, answer: Answer, headers: Mapping[str, str] | None) -> None:
        if not asked.answer.done():
            self._redeliveries += int((headers or {}).get(DELIVERIES, "1")) > 1
            asked.answer.set_result(answer)


async def _first(*events: asyncio.Event) -> None:
    """Return when one of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
