"""Inbox → handler → store: one turn at a time per conversation, one transaction per turn.

Whatever goes wrong, the message is safe in the inbox. An engine that does not answer puts it off
(and says so to the sender, once); an error that trying again cannot mend settles it with an
apology, so that what comes after it is answered; a database that fails is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Protocol

import structlog

from bot.clock import WakingClock
from bot.errors import EngineUnavailableError, StorageError, VersionConflictError
from bot.interview.messages import Inbound, Reply
from bot.interview.ports import TurnHandler
from bot.permit import Permit
from bot.storage.inbox import Inbox, PendingInbound
from bot.storage.store import SqlInterviewStore
from bot.workers import ConversationWorkers, backoff, origin

log = structlog.get_logger(__name__)

MAX_CONFLICTS = 5
GRACE_SECONDS = 5.0


class TroubleNotice(Protocol):
    """Words for a message that could not be answered."""

    async def __call__(self, inbound: Inbound, /, *, permanent: bool) -> Reply:
        """Return the notice.

        Args:
            inbound: the message.
            permanent: True when it will not be answered; False when it is tried again later.
        """


class Dispatcher:
    """Answers what waits in the inbox.

    Args:
        inbox: where messages wait.
        handler: decides what a message does.
        store: where the outcome is written.
        clock: for back-off.
        trouble_notice: words for what could not be answered.
        on_commit: told platform and conversation after every transaction that may have put
            something into the outbox.
        permit: says what this process answers; None where that is everything.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes each once
        self,
        *,
        inbox: Inbox,
        handler: TurnHandler,
        store: SqlInterviewStore,
        clock: WakingClock,
        trouble_notice: TroubleNotice,
        on_commit: Callable[[str, str], None],
        permit: Permit | None = None,
    ) -> None:
        self._inbox = inbox
        self._handler = handler
        self._store = store
        self._clock = clock
        self._trouble_notice = trouble_notice
        self._on_commit = on_commit
        self._workers = ConversationWorkers(self._answer_next, clock, "dispatch", permit)

    @property
    def at_work(self) -> int:
        """How many conversations are being answered."""
        return self._workers.at_work

    async def start(self, platforms: Collection[str]) -> None:
        """Take up every conversation of these platforms in which something waits from before.

        Those of other platforms are left alone: another process may be answering them.

        Raises:
            StorageError: the database cannot be used.
        """
        for platform, conversation in await self._inbox.pending_conversations():
            if platform in platforms:
                self.ring(platform, conversation)

    def ring(self, platform: str, conversation: str) -> None:
        """Say that a message was accepted in a conversation."""
        self._workers.ring(platform, conversation)

    async def idle(self, platform: str, conversation: str) -> None:
        """Return as soon as every message of a conversation is settled."""
        await self._workers.idle(platform, conversation)

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Let turns under way finish for `grace` seconds, then leave the rest in the inbox."""
        await self._workers.stop(grace)

    async def _answer_next(self, platform: str, conversation: str) -> float | None:
        """Settle or put off the oldest message; a step of `ConversationWorkers`."""
        pending = await self._inbox.oldest(platform, conversation)
        if pending is None:
            return None
        if pending.not_before is not None:
            wait = (pending.not_before - self._clock.now()).total_seconds()
            if wait > 0:
                return wait
        try:
            await self._answer(pending)
        except EngineUnavailableError as error:
            await self._defer(pending, error)
        except StorageError:
            raise
        except Exception as error:  # a message that cannot be answered must not block the next
            await self._give_up(pending, error)
        self._on_commit(platform, conversation)
        return 0

    async def _answer(self, pending: PendingInbound) -> None:
        """Decide and commit; where what it was decided on has changed since, decide again."""
        for attempt in range(1, MAX_CONFLICTS + 1):
            if attempt > 1:  # its writer may have edited it meanwhile
                pending = await self._inbox.reread(pending)
            outcome = await self._handler.handle(pending.inbound)
            try:
                await self._store.commit(pending.inbox_id, pending.inbound, outcome)
            except VersionConflictError:
                log.info("turn.conflict", attempt=attempt, **_ids(pending))
                if attempt == MAX_CONFLICTS:
                    raise
            else:
                return

    async def _defer(self, pending: PendingInbound, error: EngineUnavailableError) -> None:
        wait = backoff(pending.attempts)
        log.warning(
            "turn.deferred", error=type(error).__qualname__, retry_in_s=wait, **_ids(pending)
        )
        first = pending.attempts == 0
        notice = await self._trouble_notice(pending.inbound, permanent=False) if first else None
        await self._inbox.defer(pending, self._clock.now() + timedelta(seconds=wait), notice)

    async def _give_up(self, pending: PendingInbound, error: Exception) -> None:
        log.error(
            "turn.failed",
            error=type(error).__qualname__,
            origin=origin(error),
            **_ids(pending),
        )
        notice = await self._trouble_notice(pending.inbound, permanent=True)
        await self._inbox.give_up(pending, notice)


def _ids(pending: PendingInbound) -> dict[str, object]:
    return {
        "inbox_id": pending.inbox_id,
        "event_id": pending.inbound.event_id,
        "platform": pending.inbound.account.platform,
        "conversation": pending.inbound.conversation,
        "attempts": pending.attempts,
    }
