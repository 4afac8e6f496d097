"""Words for a message that could not be answered, in the language of its interview."""

from __future__ import annotations

import structlog

from bot.errors import StorageError
from bot.interview import replies
from bot.interview.messages import Inbound, Notice, Reply
from bot.interview.ports import InterviewStore
from bot.interview.state import InterviewState

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
        state = await self._interview(inbound)
        locale = inbound.options.get("locale", self._locale) if state is None else state.locale
        if not permanent:
            return Reply(locale, (Notice("notice.engine_trouble"),))
        notice = Notice("notice.engine_failed")
        if state is None:
            return replies.stray(locale, _FAILED, notice)
        return replies.notice(state, _FAILED, notice)

    async def _interview(self, inbound: Inbound) -> InterviewState | None:
        try:
            return (await self._store.load(inbound.account, inbound.conversation)).interview
        except StorageError:
            raise
        except ValueError:  # it cannot be read, which may be the very trouble
            log.exception("interview.unreadable", event_id=inbound.event_id)
            return None
