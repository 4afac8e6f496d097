"""The worker of a fleet: takes turns from NATS JetStream and answers them there.

```mermaid
sequenceDiagram
    participant S as stream of turns
    participant W as this worker
    participant R as stream of results
    participant B as the bot that waits
    W->>S: asks for as many as it has room for
    S->>W: a turn, leased
    W->>B: which worker has it
    loop while it works
        W->>S: still at it
        B->>W: whether it is there
    end
    W->>R: the answer
    R-->>W: kept
    W->>S: done
```

A turn is done only once its answer is kept. A worker that dies leaves its turns to the others: the
bot that waits notices that nobody is there and gives them back (`bot.fleet_watch`), and where it
cannot, the lease ends. What is answered twice by that is kept once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from uuid import uuid4

from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.api import AckPolicy, ConsumerConfig

from engine.contract import Answer
from engine.errors import ContractError
from engine.fleet import (
    HEALTH_SUBJECT,
    LEASE_SECONDS,
    TURN_SUBJECT,
    TURNS,
    WORKERS,
    NatsAddress,
    worker_subject,
)
from engine.fleet_link import PAUSE_SECONDS, FleetLink
from engine.leased_turn import LeasedTurn
from engine.pipeline import Pipeline
from engine.turn_pulls import TurnPulls, WorkInHand
from engine.turn_queue import AT_ONCE, TurnQueue, WorkerFacts, answer_line

_MOST_LEASED = 10_000
_MOST_REQUESTS = 4_096
_LINGER_SECONDS = 5.0
# In each lease a worker says so often that it is still at work.
_SIGNS_A_LEASE = 4

log = logging.getLogger("engine")


class FleetWorker:
    """Serves one pipeline to everybody who asks at a NATS server.

    Args:
        pipeline: the stages, loaded.
        facts: what to tell about itself.
        address: the server.
        lease: seconds after which the turns of a worker that is not heard of go to others; the
            worker that was started last decides for all.
        at_once: how many turns run side by side.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        facts: WorkerFacts,
        address: NatsAddress,
        lease: float = LEASE_SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        self._turns = TurnQueue(pipeline, facts, at_once=at_once)
        self._link = FleetLink(address, "aurora worker")
        self._here = worker_subject(uuid4().hex)
        self._lease = lease
        self._hand = WorkInHand(asyncio.get_running_loop().time, at_once)
        self._pulls = TurnPulls(self._link, self._hand, self._begin)
        self._held: set[LeasedTurn] = set()
        self._loose: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until told to stop; then finish the running turns and hand back what still waits.

        Args:
            stop: set to end.

        Raises:
            ConnectionError: the server refuses this worker.
        """
        stopped = asyncio.create_task(stop.wait())
        opening = asyncio.create_task(self._open())
        tasks: list[asyncio.Task[Any]] = [stopped, opening]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                opening.result()
                await self._serve(stopped)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._link.close()

    async def _open(self) -> None:
        log.info("waiting for the server at %s", self._link.address)
        await self._link.open()
        await self._link.client.subscribe(HEALTH_SUBJECT, queue=WORKERS, cb=self._tell_health)
        await self._link.client.subscribe(self._here, cb=_say_here)

    async def _serve(self, stopped: asyncio.Task[Any]) -> None:
        working = asyncio.create_task(self._turns.work(), name="turns")
        rest = (self._keep_pulling(), self._keep_leases(), self._link.ended())
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(part) for part in rest]
        try:
            # Turns that nobody works off would be leased for ever: end with the work.
            await asyncio.wait({stopped, working, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            refused = tasks[-1].done()
        finally:
            await self._wind_up(working, tasks)
        for task in (working, *tasks):
            if not task.cancelled():
                task.result()
        if refused:
            raise ConnectionError(self._link.trouble)

    async def _wind_up(self, working: asyncio.Task[None], rest: list[asyncio.Task[Any]]) -> None:
        self._stopping = True
        unbegun = [job.caller for job in self._turns.close()]
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                await self._pulls.stop()
                for turn in self._held.intersection(unbegun):
                    await turn.hand_back()
        except (Error, TimeoutError):
            log.warning("the server cannot be told; it will hand the turns to others by itself")
        await asyncio.wait({working})
        if self._loose:
            await asyncio.wait(set(self._loose), timeout=_LINGER_SECONDS)
        for task in (*rest, *self._loose):
            task.cancel()
        await asyncio.wait({*rest})

    async def _keep_pulling(self) -> None:
        """Ask for turns, again after each time that the connection was lost."""
        while True:
            lost = self._link.reconnection()
            try:
                await self._link.make_streams()
                await self._make_consumer()
                await self._pulls.start()
            except (Error, TimeoutError) as error:
                log.warning("cannot ask for turns yet: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            log.info("listening at %s", self._link.address)
            waiting = [
                asyncio.create_task(part) for part in (self._pulls.until_refused(), _set(lost))
            ]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()

    async def _make_consumer(self) -> None:
        config = ConsumerConfig(
            durable_name=WORKERS,
            filter_subject=TURN_SUBJECT,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._lease,
            max_ack_pending=_MOST_LEASED,
            max_waiting=_MOST_REQUESTS,
        )
        await self._link.streams.add_consumer(TURNS, config)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease / _SIGNS_A_LEASE)
            for turn in tuple(self._held):
                try:
                    await turn.renew()
                except Error:
                    break  # the connection is being made anew

    async def _begin(self, message: Msg) -> None:
        """Take up a turn that was handed over."""
        if self._stopping:
            await message.nak()
            return
        try:
            turn = LeasedTurn(message, self._link, self._start, self._worked_out)
        except ContractError:
            log.error("dropped from %s: something that is no call", TURN_SUBJECT)  # noqa: TRY400
            await message.term()
            return
        self._held.add(turn)
        self._hand.taken()
        turn.held_by(self._here)
        answer = self._turns.take(replace(turn.call, deadline_ms=turn.left_ms), turn)
        if answer is not None:
            turn.send(answer_line(answer))

    def _worked_out(self, turn: LeasedTurn) -> None:
        self._held.discard(turn)
        self._hand.finished()
        if not self._stopping:
            self._start(self._pulls.fill())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)

    async def _tell_health(self, message: Msg) -> None:
        await message.respond(answer_line(Answer("health", self._turns.health())))


async def _say_here(message: Msg) -> None:
    await message.respond(b"")


async def _set(event: asyncio.Event) -> None:
    await event.wait()
