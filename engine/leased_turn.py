"""One turn that a worker of a fleet holds, from its arrival to the word that it is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.api import Header

from engine.contract import Call
from engine.errors import ContractError
from engine.fleet import (
    DELIVERIES,
    Holder,
    holder_subject,
    is_call_id,
    progress_subject,
    result_subject,
)
from engine.fleet_link import API_SECONDS, PAUSE_SECONDS, FleetLink
from engine.turn_queue import answer_line, failure

log = logging.getLogger("engine")

Start = Callable[[Coroutine[Any, Any, None]], None]
"""Starts work that the worker sees to the end before it ends itself."""


class LeasedTurn:
    """A turn in work; implements `engine.turn_queue.Caller`.

    Args:
        message: as the server handed it over.
        link: the way back.
        start: has the answer published.
        done: told as soon as the answer is there, before it is published.

    Raises:
        ContractError: the message holds no call.
    """

    gone = False
    """Nobody hears of a bot that has ended; the next one may ask again."""

    def __init__(
        self, message: Msg, link: FleetLink, start: Start, done: Callable[[LeasedTurn], None]
    ) -> None:
        self.call = _read_call(message)
        self._message = message
        self._link = link
        self._start = start
        self._done = done

    @property
    def left_ms(self) -> int:
        """How long the caller will still wait, by the server's clock, in milliseconds."""
        age = datetime.now(UTC) - self._message.metadata.timestamp
        return self.call.deadline_ms - max(0, int(age.total_seconds() * 1000))

    def send(self, line: bytes) -> None:
        """Publish the answer, and say then that the turn is done."""
        self._done(self)
        self._start(self._publish(line))

    def show(self, line: bytes) -> None:
        """Tell whoever listens how far the turn has come."""
        self._start(self._tell(progress_subject(self.call.id), line))

    def held_by(self, worker: str) -> None:
        """Tell whoever listens which worker to watch.

        Args:
            worker: where that one can be asked whether it is there.
        """
        holder = Holder(worker, self._message.reply)
        self._start(self._tell(holder_subject(self.call.id), holder.to_line()))

    async def renew(self) -> None:
        """Say that the turn is still in work.

        Raises:
            Error: there is no connection.
        """
        await self._message.in_progress()

    async def hand_back(self) -> None:
        """Leave the turn to another worker.

        Raises:
            Error: there is no connection.
        """
        await self._message.nak()

    async def _tell(self, subject: str, line: bytes) -> None:
        try:
            await self._link.client.publish(subject, line)
        except Error:  # nothing depends on it
            log.debug("what was told on the way was lost")

    async def _publish(self, line: bytes) -> None:
        limit = self._link.client.max_payload
        if len(line) > limit:
            fault = ContractError(f"the result is longer than the {limit} bytes that travel")
            line = answer_line(failure(self.call.id, fault))
        while True:
            try:
                await self._link.streams.publish(
                    result_subject(self.call.id), line, API_SECONDS, headers=self._headers()
                )
                await self._message.ack()
            except (Error, TimeoutError) as error:
                if self._link.client.is_closed:
                    return  # the turn goes to another worker
                log.warning("an answer cannot be published yet: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    def _headers(self) -> dict[str, str]:
        # Two workers that answer the same message answer it once.
        name = (self._message.headers or {}).get(Header.MSG_ID.value, self.call.id)
        return {Header.MSG_ID.value: name, DELIVERIES: str(self._message.metadata.num_delivered)}


def _read_call(message: Msg) -> Call:
    try:
        call = Call.from_line(message.data)
    except RecursionError as error:
        raise ContractError(str(error)) from None
    if call.method != "turn" or not is_call_id(call.id):
        raise ContractError("a call in a fleet is a turn, named by what it asks")
    return call
