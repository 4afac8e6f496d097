"""What one message changes is written once, all of it, and only on the state it was decided on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import VersionConflictError
from bot.interview.messages import Account, Inbound
from bot.interview.ports import TurnOutcome
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import (
    AccountRow,
    InboxRow,
    InterviewRow,
    OutboxRow,
    PointResultRow,
    TurnRow,
    UserRow,
)
from tests.support.clock import FakeClock
from tests.support.handler import echo, opened
from tests.support.messages import PLATFORM, inbound, say
from tests.support.tables import rows

ADA = Account(PLATFORM, "ada")


class Path:
    """Takes messages through inbox and store as the dispatcher does."""

    def __init__(self, inbox: Inbox, store: SqlInterviewStore) -> None:
        self.inbox = inbox
        self.store = store

    async def accept(self, message: Inbound) -> int:
        await self.inbox.accept(message)
        pending = await self.inbox.oldest(message.account.platform, message.conversation)
        assert pending is not None
        return pending.inbox_id

    async def decide(self, message: Inbound) -> TurnOutcome:
        return echo(await self.store.load(message.account, message.conversation), message)

    async def answer(self, message: Inbound) -> TurnOutcome:
        inbox_id = await self.accept(message)
        outcome = await self.decide(message)
        await self.store.commit(inbox_id, message, outcome)
        return outcome


@pytest.fixture
def path(inbox: Inbox, store: SqlInterviewStore) -> Path:
    return Path(inbox, store)


async def test_a_person_is_made_on_first_contact_and_known_from_then_on(
    store: SqlInterviewStore, database: Database
) -> None:
    first = await store.load(ADA, "room")
    again = await store.load(ADA, "hall")
    other = await store.load(Account(PLATFORM, "grace"), "room")
    assert first.user_id == again.user_id != other.user_id
    assert (first.interview, first.version, first.last_reply) == (None, 0, None)
    assert first.earlier_interviews == 0
    assert len(await rows(database, UserRow)) == len(await rows(database, AccountRow)) == 2


async def test_a_new_interview_comes_back_as_it_was_begun(
    path: Path, store: SqlInterviewStore
) -> None:
    outcome = await path.answer(inbound("1", "안녕"))
    snapshot = await store.load(ADA, "room")
    assert snapshot.interview == outcome.interview
    assert snapshot.last_reply == outcome.standing
    assert (snapshot.version, snapshot.earlier_interviews) == (1, 1)


async def test_a_turn_writes_state_log_results_and_replies_and_settles_the_message(
    path: Path, store: SqlInterviewStore, database: Database, clock: FakeClock
) -> None:
    await path.answer(inbound("1"))
    outcome = await path.answer(inbound("2", "손실은 차이야"))
    assert outcome.record is not None
    snapshot = await store.load(ADA, "room")
    assert (snapshot.interview, snapshot.version) == (outcome.interview, 2)
    (logged,) = await store.turn_log("interview of room")
    assert logged == outcome.record
    assert (logged.verdicts[0].similarity, logged.timings_ms) == (0.75, {"total": 1.5})
    (result,) = await rows(database, PointResultRow)
    assert (result["topic_id"], result["point_id"], result["status"], result["evidence"]) == (
        "loss",
        "definition",
        "covered",
        "손실은 차이야",
    )
    queued = await rows(database, OutboxRow)
    assert [row["interview_id"] for row in queued] == ["interview of room"] * 2
    assert [row["done_at"] for row in await rows(database, InboxRow)] == [clock.now()] * 2


async def test_a_message_that_is_settled_already_changes_nothing(
    path: Path, store: SqlInterviewStore, database: Database
) -> None:
    await path.answer(inbound("1"))
    message = inbound("2")
    inbox_id = await path.accept(message)
    await store.commit(inbox_id, message, await path.decide(message))
    await store.commit(inbox_id, message, await path.decide(message))
    assert [row["event_id"] for row in await rows(database, TurnRow)] == ["2"]
    assert len(await rows(database, OutboxRow)) == 2
    assert (await store.load(ADA, "room")).version == 2


@pytest.mark.parametrize("changed", [True, False])
async def test_an_outcome_decided_on_an_old_state_is_refused_whole(
    path: Path, store: SqlInterviewStore, database: Database, changed: bool
) -> None:
    await path.answer(inbound("1"))
    late = inbound("3")
    stale = await path.decide(late)
    if not changed:
        stale = replace(stale, interview=None, record=None)
    await path.answer(inbound("2"))
    inbox_id = await path.accept(late)
    with pytest.raises(VersionConflictError):
        await store.commit(inbox_id, late, stale)
    assert [row["event_id"] for row in await rows(database, TurnRow)] == ["2"]
    assert len(await rows(database, OutboxRow)) == 2
    assert (await rows(database, InboxRow))[-1]["done_at"] is None


async def test_two_interviews_begun_at_once_by_one_person_do_not_share_a_number(
    path: Path, store: SqlInterviewStore
) -> None:
    messages = [inbound("1", conversation="room"), inbound("2", conversation="hall")]
    outcomes = [await path.decide(message) for message in messages]
    ids = [await path.accept(message) for message in messages]
    await store.commit(ids[0], messages[0], outcomes[0])
    with pytest.raises(VersionConflictError):
        await store.commit(ids[1], messages[1], outcomes[1])
    again = await path.decide(messages[1])
    await store.commit(ids[1], messages[1], again)
    assert (await store.load(ADA, "hall")).earlier_interviews == 2


async def test_a_new_interview_takes_the_place_of_the_one_before_in_its_conversation_only(
    path: Path, store: SqlInterviewStore
) -> None:
    await path.answer(inbound("1"))
    await path.answer(inbound("2", conversation="hall"))
    message = inbound("3")
    inbox_id = await path.accept(message)
    snapshot = await store.load(ADA, "room")
    fresh = opened(snapshot, message, " anew")
    await store.commit(inbox_id, message, TurnOutcome(snapshot, fresh, None, (say("hi"),)))
    room, hall = await store.load(ADA, "room"), await store.load(ADA, "hall")
    assert room.interview == fresh
    assert (room.version, room.earlier_interviews) == (1, 3)
    assert hall.interview is not None
    assert hall.interview.id == "interview of hall"


async def test_a_reply_that_is_not_standing_leaves_the_last_one(
    path: Path, store: SqlInterviewStore
) -> None:
    first = await path.answer(inbound("1"))
    message = inbound("2")
    inbox_id = await path.accept(message)
    decided = await path.decide(message)
    await store.commit(inbox_id, message, replace(decided, standing=None))
    assert (await store.load(ADA, "room")).last_reply == first.standing


@pytest.mark.parametrize(
    ("paused", "ended", "status"),
    [(False, False, "open"), (True, False, "paused"), (True, True, "ended")],
)
async def test_the_status_can_be_read_off_the_table(
    path: Path, database: Database, paused: bool, ended: bool, status: str
) -> None:
    await path.answer(inbound("1"))
    message = inbound("2")
    inbox_id = await path.accept(message)
    decided = await path.decide(message)
    assert decided.interview is not None
    changed = replace(decided.interview, paused=paused, ended=ended)
    await path.store.commit(inbox_id, message, replace(decided, interview=changed))
    assert [row["status"] for row in await rows(database, InterviewRow)] == [status]
    assert (await path.store.load(ADA, "room")).interview == changed


async def test_a_turn_logged_twice_is_refused_and_nothing_of_it_stays(
    path: Path, store: SqlInterviewStore, database: Database
) -> None:
    await path.answer(inbound("1"))
    logged = await path.answer(inbound("2"))
    message = inbound("3")
    inbox_id = await path.accept(message)
    twice = replace(await path.decide(message), record=logged.record)
    with pytest.raises(IntegrityError):
        await store.commit(inbox_id, message, twice)
    assert (await store.load(ADA, "room")).version == 2
    assert (await rows(database, InboxRow))[-1]["done_at"] is None


async def test_the_log_comes_oldest_first(path: Path, store: SqlInterviewStore) -> None:
    for number in range(1, 13):
        await path.answer(inbound(str(number)))
    log = await store.turn_log("interview of room")
    assert [record.turn for record in log] == list(range(1, 12))
    assert await store.turn_log("no such interview") == ()
