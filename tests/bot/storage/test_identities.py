"""Who a person is: linked, parted and forgotten, in one transaction with the message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.errors import VersionConflictError
from bot.interview.messages import Account, Inbound
from bot.interview.ports import (
    AccountLeft,
    CodeMade,
    CodeUsed,
    PersonChange,
    PersonForgotten,
    TurnOutcome,
)
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.people import SqlPeople
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import (
    AccountRow,
    InboxRow,
    InterviewRow,
    LinkCodeRow,
    OutboxRow,
    PointResultRow,
    SettingRow,
    TurnRow,
    UserRow,
)
from tests.support.clock import NOON, FakeClock
from tests.support.handler import echo
from tests.support.messages import say
from tests.support.tables import rows

TELEGRAM, DISCORD = Account("telegram", "7"), Account("discord", "42")
SOON = NOON + timedelta(minutes=10)


class People:
    """Several accounts that write, choose and change who they are."""

    def __init__(self, inbox: Inbox, store: SqlInterviewStore) -> None:
        self.inbox = inbox
        self.store = store
        self._events = 0

    async def user(self, account: Account) -> str:
        return (await self.store.load(account, "room")).user_id

    async def write(self, account: Account, conversation: str = "room") -> TurnOutcome:
        """Send a message that begins an interview or is a turn of it."""
        inbox_id, message = await self._accept(account, conversation)
        outcome = echo(await self.store.load(account, conversation), message)
        await self.store.commit(inbox_id, message, outcome)
        return outcome

    async def change(
        self,
        account: Account,
        change: PersonChange | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        """Send a message that changes who the person is, or what they chose."""
        inbox_id, message = await self._accept(account, "room")
        snapshot = await self.store.load(account, "room")
        outcome = TurnOutcome(
            snapshot, None, None, (say("done"),), chosen=chosen or {}, person=change
        )
        await self.store.commit(inbox_id, message, outcome)

    async def link(self, code: str = "AB23CD") -> None:
        """Link the account on Discord to the person on Telegram."""
        await self.change(TELEGRAM, CodeMade(code, SOON))
        await self.change(DISCORD, CodeUsed(code, await self.user(TELEGRAM)))

    async def _accept(self, account: Account, conversation: str) -> tuple[int, Inbound]:
        self._events += 1
        message = Inbound(f"e{self._events}", account, conversation, "hello", NOON)
        await self.inbox.accept(message)
        pending = await self.inbox.oldest(account.platform, conversation)
        assert pending is not None
        return pending.inbox_id, message


@pytest.fixture
def people(inbox: Inbox, store: SqlInterviewStore) -> People:
    return People(inbox, store)


@pytest.fixture
def known(database: Database, clock: FakeClock) -> SqlPeople:
    return SqlPeople(database, clock)


async def test_settings_are_kept_and_come_with_the_next_message(people: People) -> None:
    await people.change(TELEGRAM, chosen={"mode": "exam", "locale": "ko"})
    await people.change(TELEGRAM, chosen={"mode": "coach"})
    assert (await people.store.load(TELEGRAM, "hall")).chosen == {"mode": "coach", "locale": "ko"}
    assert (await people.store.load(DISCORD, "hall")).chosen == {}


async def test_a_code_is_good_for_a_while_and_replaces_the_one_before(
    people: People, known: SqlPeople, clock: FakeClock
) -> None:
    await people.change(TELEGRAM, CodeMade("FIRST2", SOON))
    await people.change(TELEGRAM, CodeMade("SECND2", SOON))
    assert await known.code_owner("FIRST2") is None
    assert await known.code_owner("SECND2") == await people.user(TELEGRAM)
    clock.advance(10 * 60)
    assert await known.code_owner("SECND2") is None


async def test_linked_accounts_are_one_person_with_the_interviews_of_both(
    people: People, known: SqlPeople, database: Database
) -> None:
    await people.write(TELEGRAM)
    await people.write(DISCORD, "thread")
    await people.link()
    user = await people.user(TELEGRAM)
    assert await people.user(DISCORD) == user
    assert set(await known.accounts(user)) == {TELEGRAM, DISCORD}
    assert [past.state.id for past in await known.history(user, 9)] == [
        "interview of thread",
        "interview of room",
    ]
    assert len(await rows(database, UserRow)) == 1
    assert await rows(database, LinkCodeRow) == []
    snapshot = await people.store.load(DISCORD, "thread")
    assert snapshot.interview is not None
    assert (snapshot.interview.id, snapshot.earlier_interviews) == ("interview of thread", 2)


async def test_the_settings_of_who_made_the_code_count_the_others_fill_up(people: People) -> None:
    await people.change(TELEGRAM, chosen={"locale": "ko"})
    await people.change(DISCORD, chosen={"locale": "en", "mode": "exam"})
    await people.link()
    assert (await people.store.load(DISCORD, "room")).chosen == {"locale": "ko", "mode": "exam"}


async def test_a_code_works_once(people: People) -> None:
    await people.link()
    other, user = Account("discord", "43"), await people.user(TELEGRAM)
    with pytest.raises(VersionConflictError, match="code"):
        await people.change(other, CodeUsed("AB23CD", user))
    assert await people.user(other) != user


async def test_a_turn_decided_before_the_link_is_decided_again(people: People) -> None:
    inbox_id, message = await people._accept(DISCORD, "thread")
    outcome = echo(await people.store.load(DISCORD, "thread"), message)
    await people.link()
    with pytest.raises(VersionConflictError):
        await people.store.commit(inbox_id, message, outcome)
    again = echo(await people.store.load(DISCORD, "thread"), message)
    await people.store.commit(inbox_id, message, again)
    assert (await people.store.load(DISCORD, "thread")).interview is not None


async def test_an_unlinked_account_takes_along_what_was_held_on_its_platform(
    people: People, known: SqlPeople
) -> None:
    await people.write(TELEGRAM)
    await people.write(DISCORD, "thread")
    await people.change(TELEGRAM, chosen={"locale": "ko"})
    await people.link()
    await people.change(DISCORD, AccountLeft())
    held = {}
    for account in (TELEGRAM, DISCORD):
        user = await people.user(account)
        held[account] = [past.state.id for past in await known.history(user, 9)]
        assert await known.accounts(user) == (account,)
        assert (await people.store.load(account, "x")).chosen == {"locale": "ko"}
    assert held == {TELEGRAM: ["interview of room"], DISCORD: ["interview of thread"]}


async def test_whoever_is_forgotten_leaves_nothing_behind_and_others_stay(
    people: People, database: Database
) -> None:
    other = Account("telegram", "8")
    for account, conversation in ((TELEGRAM, "room"), (TELEGRAM, "room"), (other, "hall")):
        await people.write(account, conversation)
    await people.write(other, "hall")
    await people.link()
    await people.change(DISCORD, PersonForgotten())
    (kept_account,) = await rows(database, AccountRow)
    assert kept_account["external_id"] == "8"
    for table in (InterviewRow, UserRow, TurnRow, PointResultRow):
        assert len(await rows(database, table)) == 1, table
    assert await rows(database, SettingRow) == []
    kept = {(row["account"], row["conversation"]) for row in await rows(database, InboxRow)}
    assert kept == {("", ""), ("8", "hall")}
    assert all(row["payload"] == {} for row in await rows(database, InboxRow) if not row["account"])
    assert [
        row["conversation"] for row in await rows(database, OutboxRow) if row["interview_id"]
    ] == [
        "hall",
        "hall",
    ]


async def test_a_message_of_the_forgotten_still_counts_only_once(
    people: People, inbox: Inbox
) -> None:
    await people.write(TELEGRAM)
    await people.change(TELEGRAM, PersonForgotten())
    assert not await inbox.accept(Inbound("e1", TELEGRAM, "room", "hello", NOON))
    assert (await people.store.load(TELEGRAM, "room")).interview is None
