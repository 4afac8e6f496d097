"""What is known about people: what they left open elsewhere, and how their topics went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.interview.messages import Account
from bot.interview.ports import TopicResult, TurnOutcome
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.people import SqlPeople
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import InterviewRow
from engine.contract import VerdictStatus
from tests.support.clock import NOON, FakeClock
from tests.support.handler import echo, record_of
from tests.support.messages import PLATFORM, inbound, say
from tests.support.tables import rows

ADA = Account(PLATFORM, "ada")


@pytest.fixture
def people(database: Database, clock: FakeClock) -> SqlPeople:
    return SqlPeople(database, clock)


class Answers:
    """Sends messages and commits what comes of them."""

    def __init__(self, inbox: Inbox, store: SqlInterviewStore) -> None:
        self._inbox = inbox
        self._store = store

    async def send(
        self, event: str, room: str, *, person: str = "ada", outcome: TurnOutcome | None = None
    ) -> None:
        message = inbound(event, conversation=room, person=person)
        await self._inbox.accept(message)
        pending = await self._inbox.oldest(PLATFORM, room)
        assert pending is not None
        decided = outcome or echo(await self._store.load(message.account, room), message)
        await self._store.commit(pending.inbox_id, message, decided)


@pytest.fixture
def answers(inbox: Inbox, store: SqlInterviewStore) -> Answers:
    return Answers(inbox, store)


async def test_an_interview_left_open_elsewhere_moves_here_with_a_commit(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore, database: Database
) -> None:
    await answers.send("1", "room")
    await answers.send("2", "hall", person="grace")
    assert await people.open_elsewhere(ADA, "room") is None
    left = await people.open_elsewhere(ADA, "lobby")
    assert left is not None
    assert left.interview is not None
    await answers.send(
        "3", "lobby", outcome=TurnOutcome(left, replace(left.interview, paused=True), None, ())
    )
    moved = await store.load(ADA, "lobby")
    assert moved.interview is not None
    assert (moved.interview.id, moved.last_reply) == (left.interview.id, left.last_reply)
    assert (await store.load(ADA, "room")).interview is None
    assert len(await rows(database, InterviewRow)) == 2


async def test_what_has_ended_is_not_open_elsewhere(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore
) -> None:
    await answers.send("1", "room")
    snapshot = await store.load(ADA, "room")
    assert snapshot.interview is not None
    ended = replace(snapshot.interview, ended=True)
    await answers.send("2", "room", outcome=TurnOutcome(snapshot, ended, None, (say("bye"),)))
    assert await people.open_elsewhere(ADA, "lobby") is None


async def test_an_interview_comes_with_its_log_to_its_own_person_only(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore
) -> None:
    for event in ("1", "2", "3"):
        await answers.send(event, "room")
    snapshot = await store.load(ADA, "room")
    past = await people.interview(snapshot.user_id, "interview of room")
    assert past is not None
    assert past.state == snapshot.interview
    assert past.log == await store.turn_log("interview of room")
    stranger = await store.load(Account(PLATFORM, "grace"), "room")
    assert await people.interview(stranger.user_id, "interview of room") is None


async def test_the_history_is_the_latest_interviews_latest_first(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore
) -> None:
    for number in range(3):
        await answers.send(f"{number}", f"room {number}")
    user = (await store.load(ADA, "room 0")).user_id
    found = await people.history(user, 2)
    assert [past.state.id for past in found] == ["interview of room 2", "interview of room 1"]


async def test_a_topic_s_result_is_what_was_covered_over_all_its_turns(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore
) -> None:
    await answers.send("1", "room")
    for event, point, status in (
        ("2", "definition", VerdictStatus.COVERED),
        ("3", "goal", VerdictStatus.COVERED),
        ("4", "origin", VerdictStatus.WRONG),
    ):
        snapshot = await store.load(ADA, "room")
        assert snapshot.interview is not None
        message = inbound(event, received_at=NOON + timedelta(minutes=int(event)))
        line = record_of(snapshot.interview, message)
        verdict = replace(line.verdicts[0], point_id=point, status=status)
        after = replace(snapshot.interview, turn=line.turn)
        outcome = TurnOutcome(snapshot, after, replace(line, verdicts=(verdict,)), ())
        await answers.send(event, "room", outcome=outcome)
    user = (await store.load(ADA, "room")).user_id
    covered = frozenset({"definition", "goal"})
    assert await people.topic_results(user) == (
        TopicResult("ml-core", "loss", covered, NOON + timedelta(minutes=4)),
    )


async def test_a_topic_that_was_only_heard_or_hinted_at_has_no_result(
    people: SqlPeople, answers: Answers, store: SqlInterviewStore
) -> None:
    await answers.send("1", "room")
    snapshot = await store.load(ADA, "room")
    assert snapshot.interview is not None
    line = replace(record_of(snapshot.interview, inbound("2")), intent="hint", verdicts=())
    after = replace(snapshot.interview, turn=line.turn)
    await answers.send("2", "room", outcome=TurnOutcome(snapshot, after, line, ()))
    assert await people.topic_results(snapshot.user_id) == ()
