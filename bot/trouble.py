"""Words for a message that could not be answered, in the language of its interview."""

from __future__ import annotations

import structlog

from bot.errors import StorageError
from bot.interview import replies
from bot.interview.messages import Inbound, Notice, Reply
from bot.interview.ports import InterviewStore, Snapshot
from bot.interview.telling import wording_of

_FAILED = "failed"

log = structlog.get_logger(__name__)


class TroubleWords:
    """Implements `bot.dispatch.TroubleNotice`.

    Args:
        store: knows the interview that a message belongs to.
        locale: the language for people who have no interview yet.
    """

    def __init__(self, store: InterviewStore, locale: str) -> None:
        self._store = store
        self._locale = locale

    async def __call__(self, inbound: Inbound, /, *, permanent: bool) -> Reply:
        """Return the notice.

        Args:
            inbound: the message.
            permanent: True when it will not be answered; False when it is tried again later.

        Raises:
            StorageError: the database cannot be used.
        """
        snapshot = await self._snapshot(inbound)
        spoken = wording_of(snapshot, inbound, self._locale)
        state = snapshot.interview
        if not permanent:
            return Reply(spoken, (Notice("notice.engine_trouble"),))
        notice = Notice("notice.engine_failed")
        if state is None:
            return replies.stray(spoken, _FAILED, notice)
        return replies.notice(state, _FAILED, notice)

    async def _snapshot(self, inbound: Inbound) -> Snapshot:
        try:
            return await self._store.load(inbound.account, inbound.conversation)
        except StorageError:
            raise
        except ValueError:  # it cannot be read, which may be the very trouble
            log.exception("interview.unreadable", event_id=inbound.event_id)
            return Snapshot("", None, 0, None, 0)
