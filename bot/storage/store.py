"""Interviews in the database: reading a snapshot, and writing all that one message changed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, Select, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.errors import VersionConflictError
from bot.interview.messages import Account, Inbound
from bot.interview.ports import Clock, PersonForgotten, Snapshot, TurnOutcome
from bot.interview.report import TurnRecord
from bot.interview.state import InterviewState
from bot.storage.codec import RECORDS, REPLIES, STATES
from bot.storage.database import Database
from bot.storage.identities import change_person, keep_chosen
from bot.storage.inbox import is_unchanged, mark_done
from bot.storage.outbox import put_replies
from bot.storage.tables import (
    AccountRow,
    InterviewRow,
    InterviewStatus,
    SettingRow,
    TurnRow,
    UserRow,
)
from bot.storage.turn_log import append_turn


class SqlInterviewStore:
    """The `InterviewStore` that a database backs, with the writing side for the dispatcher."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def load(self, account: Account, conversation: str) -> Snapshot:
        """Return what is stored, making the user on first contact.

        Raises:
            StorageError: the database cannot be used.
        """
        found = await self._find(account, conversation)
        if found is None:
            await self._make_user(account)
            found = await self._find(account, conversation)
        if found is None:
            raise VersionConflictError("an account vanished while it was read")
        return found

    async def turn_log(self, interview_id: str) -> tuple[TurnRecord, ...]:
        """Return the whole turn log of an interview, oldest first.

        Raises:
            StorageError: the database cannot be used.
        """
        query = (
            select(TurnRow.record)
            .where(TurnRow.interview_id == interview_id)
            .order_by(TurnRow.turn)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).scalars().all()
        return tuple(RECORDS.decode(row) for row in rows)

    async def commit(self, inbox_id: int, inbound: Inbound, outcome: TurnOutcome) -> None:
        """Write all that a message changed in one transaction, and settle the message.

        A message that is settled already changes nothing, so that every message counts once.

        Args:
            inbox_id: the inbox row of the message.
            inbound: the message.
            outcome: what it changes.

        Raises:
            VersionConflictError: the interview, the person or the message itself was changed since
                the outcome was decided.
            StorageError: the database cannot be used.
        """
        await self._database.write(
            lambda connection: self._write(connection, inbox_id, inbound, outcome)
        )

    async def _write(
        self, connection: AsyncConnection, inbox_id: int, inbound: Inbound, outcome: TurnOutcome
    ) -> None:
        if not await mark_done(connection, inbox_id, self._clock.now()):
            return
        if not await is_unchanged(connection, inbox_id, inbound):
            raise VersionConflictError("the message was edited meanwhile; decide again")
        await self._write_interview(connection, inbound, outcome)
        interview = outcome.interview or outcome.snapshot.interview
        interview_id = interview.id if interview else None
        if outcome.record is not None:
            await append_turn(connection, interview_id, outcome.record)
        if await self._write_person(connection, inbound, outcome):
            interview_id = None
        await put_replies(
            connection,
            platform=inbound.account.platform,
            conversation=inbound.conversation,
            interview_id=interview_id,
            replies=outcome.replies,
            now=self._clock.now(),
        )

    async def _write_person(
        self, connection: AsyncConnection, inbound: Inbound, outcome: TurnOutcome
    ) -> bool:
        """Write what changes about the person; returns whether they are forgotten now."""
        user_id = outcome.snapshot.user_id
        await keep_chosen(connection, user_id, outcome.chosen)
        if outcome.person is not None:
            now = self._clock.now()
            await change_person(connection, outcome.person, user_id, inbound.account, now)
        return isinstance(outcome.person, PersonForgotten)

    async def _find(self, account: Account, conversation: str) -> Snapshot | None:
        who = {
            "platform": account.platform,
            "external_id": account.external_id,
            "conversation": conversation,
        }
        async with self._database.reading() as connection:
            row = (await connection.execute(_FIND, who)).one_or_none()
            return _snapshot(row, await _chosen(connection, row.user_id)) if row else None

    async def _make_user(self, account: Account) -> None:
        user = {"id": uuid4().hex, "created_at": self._clock.now()}
        known_as = {
            "platform": account.platform,
            "external_id": account.external_id,
            "user_id": user["id"],
        }

        async def make(connection: AsyncConnection) -> None:
            await connection.execute(_USER, user)
            await connection.execute(_ACCOUNT, known_as)

        with suppress(IntegrityError):  # another conversation of theirs was faster; theirs is used
            await self._database.write(make)

    async def _write_interview(
        self, connection: AsyncConnection, inbound: Inbound, outcome: TurnOutcome
    ) -> None:
        """Check the version, then write the new snapshot where there is one."""
        before, after = outcome.snapshot.interview, outcome.interview
        if after is not None and before is not None and after.id == before.id:
            await self._update_interview(connection, inbound, outcome, after)
            return
        if before is not None:
            await _check_version(connection, before.id, outcome.snapshot.version)
        if after is not None:
            await self._insert_interview(connection, inbound, outcome, after)

    async def _update_interview(
        self,
        connection: AsyncConnection,
        inbound: Inbound,
        outcome: TurnOutcome,
        after: InterviewState,
    ) -> None:
        version = outcome.snapshot.version
        values = _changing_columns(after) | {"updated_at": self._clock.now()}
        if outcome.snapshot.elsewhere:
            values |= {
                "platform": inbound.account.platform,
                "conversation": inbound.conversation,
                "number": outcome.snapshot.earlier_interviews + 1,
            }
        if outcome.standing is not None:
            values["last_reply"] = REPLIES.encode(outcome.standing)
        which = {"of": after.id, "seen": version, "version": version + 1}
        changed = await connection.execute(_CHANGE, {**which, **values})
        if changed.rowcount != 1:
            raise _conflict(after.id, version)

    async def _insert_interview(
        self,
        connection: AsyncConnection,
        inbound: Inbound,
        outcome: TurnOutcome,
        after: InterviewState,
    ) -> None:
        standing = outcome.standing
        row = insert(InterviewRow).values(
            id=after.id,
            user_id=outcome.snapshot.user_id,
            number=outcome.snapshot.earlier_interviews + 1,
            platform=inbound.account.platform,
            conversation=inbound.conversation,
            last_reply=REPLIES.encode(standing) if standing else None,
            version=1,
            started_at=after.started_at,
            updated_at=self._clock.now(),
            **_changing_columns(after),
        )
        try:
            await connection.execute(row)
        except IntegrityError as error:  # the person began another interview meanwhile
            raise _conflict(after.id, 0) from error


def _latest_interview() -> Select[Any]:
    """Return the query for a person and their latest interview in one conversation."""
    mine = aliased(InterviewRow)
    of_person = mine.user_id == AccountRow.user_id
    here = (
        mine.platform == bindparam("platform"),
        mine.conversation == bindparam("conversation"),
    )
    latest = select(mine.id).where(of_person, *here).order_by(mine.number.desc()).limit(1)
    begun = select(func.max(mine.number)).where(of_person)
    return (
        select(
            AccountRow.user_id,
            begun.correlate(AccountRow).scalar_subquery().label("begun"),
            InterviewRow.snapshot,
            InterviewRow.version,
            InterviewRow.last_reply,
        )
        .outerjoin(InterviewRow, InterviewRow.id == latest.correlate(AccountRow).scalar_subquery())
        .where(AccountRow.platform == bindparam("platform"))
        .where(AccountRow.external_id == bindparam("external_id"))
    )


# Made once: to put a statement together costs as much as to run it.
_USER = insert(UserRow)
_ACCOUNT = insert(AccountRow)
_FIND = _latest_interview()
_CHOSEN = select(SettingRow.key, SettingRow.value).where(SettingRow.user_id == bindparam("of"))
_CHANGE = update(InterviewRow).where(
    InterviewRow.id == bindparam("of"), InterviewRow.version == bindparam("seen")
)


async def _chosen(connection: AsyncConnection, user_id: str) -> dict[str, str]:
    return {row.key: row.value for row in await connection.execute(_CHOSEN, {"of": user_id})}


def _snapshot(row: Row[Any], chosen: dict[str, str]) -> Snapshot:
    return Snapshot(
        user_id=row.user_id,
        interview=STATES.decode(row.snapshot) if row.snapshot else None,
        version=row.version or 0,
        last_reply=REPLIES.decode(row.last_reply) if row.last_reply else None,
        earlier_interviews=row.begun or 0,
        chosen=chosen,
    )


def _changing_columns(state: InterviewState) -> dict[str, Any]:
    status = InterviewStatus.OPEN
    if state.ended:
        status = InterviewStatus.ENDED
    elif state.paused:
        status = InterviewStatus.PAUSED
    return {
        "pack_id": state.pack.id,
        "pack_version": state.pack.version,
        "locale": state.locale,
        "mode": state.options.mode.value,
        "status": status.value,
        "snapshot": STATES.encode(state),
    }


def _conflict(interview_id: str, version: int) -> VersionConflictError:
    return VersionConflictError(
        f"interview {interview_id} is no longer at version {version}; decide again"
    )


async def _check_version(connection: AsyncConnection, interview_id: str, version: int) -> None:
    query = select(InterviewRow.version).where(InterviewRow.id == interview_id).with_for_update()
    if (await connection.execute(query)).scalar_one_or_none() != version:
        raise _conflict(interview_id, version)
