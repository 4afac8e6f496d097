"""What is known about people beyond one conversation: history, results, codes and accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select

from bot.interview.messages import Account
from bot.interview.ports import Clock, PastInterview, Snapshot, TopicResult
from bot.interview.report import TurnRecord
from bot.storage.codec import RECORDS, REPLIES, STATES
from bot.storage.database import Database
from bot.storage.tables import (
    AccountRow,
    InterviewRow,
    InterviewStatus,
    LinkCodeRow,
    PointResultRow,
    TurnRow,
)
from engine.contract import Intent, VerdictStatus

# A topic that was only heard has no result yet.
_ANSWERED = (Intent.ANSWER.value, Intent.DONT_KNOW.value, Intent.SKIP.value)


class SqlPeople:
    """The `People` port that a database backs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open_elsewhere(self, account: Account, conversation: str) -> Snapshot | None:
        """Return the person's latest interview of another conversation, if one is open.

        Raises:
            StorageError: the database cannot be used.
        """
        here = (InterviewRow.platform == account.platform) & (
            InterviewRow.conversation == conversation
        )
        numbers = select(func.max(InterviewRow.number)).where(
            InterviewRow.user_id == AccountRow.user_id
        )
        query = (
            select(
                InterviewRow.user_id,
                InterviewRow.snapshot,
                InterviewRow.version,
                InterviewRow.last_reply,
                numbers.correlate(AccountRow).scalar_subquery().label("begun"),
            )
            .join(AccountRow, AccountRow.user_id == InterviewRow.user_id)
            .where(AccountRow.platform == account.platform)
            .where(AccountRow.external_id == account.external_id)
            .where(~here, InterviewRow.status != InterviewStatus.ENDED.value)
            .order_by(InterviewRow.updated_at.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        last = REPLIES.decode(row.last_reply) if row.last_reply else None
        state = STATES.decode(row.snapshot)
        return Snapshot(row.user_id, state, row.version, last, row.begun, elsewhere=True)

    async def history(self, user_id: str, limit: int) -> tuple[PastInterview, ...]:
        """Return the person's latest interviews, latest first.

        Raises:
            StorageError: the database cannot be used.
        """
        mine = select(InterviewRow.id, InterviewRow.snapshot).where(InterviewRow.user_id == user_id)
        return await self._past(mine.order_by(InterviewRow.number.desc()).limit(limit))

    async def interview(self, user_id: str, interview_id: str) -> PastInterview | None:
        """Return one interview of the person; None where it is not theirs.

        Raises:
            StorageError: the database cannot be used.
        """
        mine = select(InterviewRow.id, InterviewRow.snapshot).where(InterviewRow.user_id == user_id)
        found = await self._past(mine.where(InterviewRow.id == interview_id))
        return found[0] if found else None

    async def topic_results(self, user_id: str) -> tuple[TopicResult, ...]:
        """Return how every topic went that the person was asked, oldest first.

        Raises:
            StorageError: the database cannot be used.
        """
        at = func.max(TurnRow.answered_at).label("at")
        answered = (
            select(InterviewRow.id, InterviewRow.pack_id, TurnRow.topic_id, at)
            .join(TurnRow, TurnRow.interview_id == InterviewRow.id)
            .where(InterviewRow.user_id == user_id, TurnRow.intent.in_(_ANSWERED))
            .group_by(InterviewRow.id, InterviewRow.pack_id, TurnRow.topic_id)
            .order_by(at)
        )
        covered = (
            select(PointResultRow.interview_id, PointResultRow.topic_id, PointResultRow.point_id)
            .join(InterviewRow, InterviewRow.id == PointResultRow.interview_id)
            .where(InterviewRow.user_id == user_id)
            .where(PointResultRow.status == VerdictStatus.COVERED.value)
            .distinct()
        )
        points: dict[tuple[str, str], set[str]] = defaultdict(set)
        async with self._database.reading() as connection:
            topics = (await connection.execute(answered)).all()
            for row in await connection.execute(covered):
                points[row.interview_id, row.topic_id].add(row.point_id)
        return tuple(
            TopicResult(t.pack_id, t.topic_id, frozenset(points[t.id, t.topic_id]), t.at)
            for t in topics
        )

    async def code_owner(self, code: str) -> str | None:
        """Return who made a linking code that is still good.

        Raises:
            StorageError: the database cannot be used.
        """
        query = select(LinkCodeRow.user_id).where(LinkCodeRow.code == code)
        async with self._database.reading() as connection:
            good = query.where(LinkCodeRow.expires_at > self._clock.now())
            return (await connection.execute(good)).scalar_one_or_none()

    async def accounts(self, user_id: str) -> tuple[Account, ...]:
        """Return every account of the person.

        Raises:
            StorageError: the database cannot be used.
        """
        query = select(AccountRow.platform, AccountRow.external_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.where(AccountRow.user_id == user_id))
            return tuple(Account(row.platform, row.external_id) for row in rows)

    async def _past(self, interviews: Select[Any]) -> tuple[PastInterview, ...]:
        async with self._database.reading() as connection:
            found = (await connection.execute(interviews)).all()
            query = (
                select(TurnRow.interview_id, TurnRow.record)
                .where(TurnRow.interview_id.in_([row.id for row in found]))
                .order_by(TurnRow.interview_id, TurnRow.turn)
            )
            turns = (await connection.execute(query)).all()
        return tuple(
            PastInterview(STATES.decode(row.snapshot), _log_of(row.id, turns)) for row in found
        )


def _log_of(interview_id: str, turns: Sequence[Row[Any]]) -> tuple[TurnRecord, ...]:
    return tuple(RECORDS.decode(t.record) for t in turns if t.interview_id == interview_id)
