"""Outbox → messengers: in order per conversation, tried again until it is delivered.

A reply is delivered at least once. After a crash between delivering and noting it, the same reply
is delivered again with the same key, so that a platform that knows the key drops the second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.clock import WakingClock
from bot.errors import DeliveryError, RecipientGoneError
from bot.interview.ports import Messenger
from bot.permit import Permit
from bot.storage.outbox import Outbox, PendingReply
from bot.workers import ConversationWorkers, backoff, origin

log = structlog.get_logger(__name__)

MAX_UNEXPECTED = 5
GRACE_SECONDS = 5.0


class Delivery:
    """Delivers what waits in the outbox.

    Args:
        outbox: where replies wait.
        messengers: platform → its messenger; replies of other platforms stay where they are.
        clock: for back-off.
        permit: says what this process delivers; None where that is everything.
    """

    def __init__(
        self,
        outbox: Outbox,
        messengers: Mapping[str, Messenger],
        clock: WakingClock,
        permit: Permit | None = None,
    ) -> None:
        self._outbox = outbox
        self._messengers = messengers
        self._clock = clock
        self._workers = ConversationWorkers(self._deliver_next, clock, "delivery", permit)

    @property
    def at_work(self) -> int:
        """How many conversations are being delivered to."""
        return self._workers.at_work

    async def start(self) -> None:
        """Take up every conversation in which a reply waits from before.

        Raises:
            StorageError: the database cannot be used.
        """
        for platform, conversation in await self._outbox.pending_conversations():
            self.ring(platform, conversation)

    def ring(self, platform: str, conversation: str) -> None:
        """Say that a reply was put into the outbox for a conversation."""
        if platform in self._messengers:
            self._workers.ring(platform, conversation)

    async def idle(self, platform: str, conversation: str) -> None:
        """Return as soon as every reply of a conversation is delivered or given up."""
        await self._workers.idle(platform, conversation)

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Let deliveries under way finish for `grace` seconds, then leave the rest."""
        await self._workers.stop(grace)

    async def _deliver_next(self, platform: str, conversation: str) -> float | None:
        """Deliver or put off the oldest reply; a step of `ConversationWorkers`."""
        pending = await self._outbox.oldest(platform, conversation)
        if pending is None:
            return None
        if pending.not_before is not None:
            wait = (pending.not_before - self._clock.now()).total_seconds()
            if wait > 0:
                return wait
        try:
            await self._deliver(platform, conversation, pending)
        except DeliveryError as error:
            if error.permanent:
                await self._give_up(pending, error, str(error))
            else:
                await self._retry(pending, error, str(error), error.retry_after)
        except Exception as error:  # a fault of the messenger must not block the next reply
            await self._after_fault(pending, error)
        else:
            await self._outbox.mark_sent(pending.outbox_id)
        return 0

    async def _deliver(self, platform: str, conversation: str, pending: PendingReply) -> None:
        key = f"outbox-{pending.outbox_id}"
        await self._messengers[platform].deliver(conversation, key, pending.read())

    async def _after_fault(self, pending: PendingReply, error: Exception) -> None:
        """Try again some times: what no messenger foresaw seldom passes by itself."""
        name = type(error).__qualname__
        if pending.attempts + 1 >= MAX_UNEXPECTED:
            await self._give_up(pending, error, name)
        else:
            await self._retry(pending, error, name, None)

    async def _retry(
        self, pending: PendingReply, error: Exception, reason: str, asked: float | None
    ) -> None:
        wait = backoff(pending.attempts) if asked is None else asked
        # That somebody has left is nothing to be warned of.
        tell = log.info if isinstance(error, RecipientGoneError) else log.warning
        tell(
            "reply.deferred",
            outbox_id=pending.outbox_id,
            error=type(error).__qualname__,
            origin=origin(error),
            retry_in_s=wait,
        )
        moment = self._clock.now() + timedelta(seconds=wait)
        await self._outbox.retry_at(pending.outbox_id, moment, reason)

    async def _give_up(self, pending: PendingReply, error: Exception, reason: str) -> None:
        log.error(
            "reply.failed",
            outbox_id=pending.outbox_id,
            error=type(error).__qualname__,
            origin=origin(error),
        )
        await self._outbox.mark_failed(pending.outbox_id, reason)
