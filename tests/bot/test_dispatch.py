"""Messages are answered in order and once each, whatever fails on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from structlog.testing import capture_logs

from bot.dispatch import Dispatcher
from bot.errors import EngineRejectedError, EngineUnavailableError, StorageError
from bot.interview.messages import Account, Inbound, Notice, Say
from bot.interview.ports import TurnHandler, TurnOutcome
from bot.storage.codec import REPLIES
from bot.storage.database import Database
from bot.storage.inbox import Inbox, PendingInbound
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import InboxRow, OutboxRow, TurnRow
from bot.workers import backoff
from engine.errors import ContractError
from tests.support.clock import FakeClock
from tests.support.handler import EchoHandler, echo
from tests.support.messages import PLATFORM, inbound, trouble
from tests.support.tables import rows

ROOM = (PLATFORM, "room")
HALL = (PLATFORM, "hall")


@dataclass
class Desk:
    """A dispatcher with all that surrounds it."""

    database: Database
    inbox: Inbox
    store: SqlInterviewStore
    clock: FakeClock
    handler: EchoHandler
    rung: list[tuple[str, str]] = field(default_factory=list)

    def open(self, *, handler: TurnHandler | None = None, inbox: Inbox | None = None) -> Dispatcher:
        return Dispatcher(
            inbox=inbox or self.inbox,
            handler=handler or self.handler,
            store=self.store,
            clock=self.clock,
            trouble_notice=trouble,
            on_commit=lambda platform, conversation: self.rung.append((platform, conversation)),
        )

    async def accept(self, *messages: Inbound) -> None:
        for message in messages:
            await self.inbox.accept(message)

    async def answered(self) -> list[str]:
        """Return the events in the turn log, in the order in which they were logged."""
        log = await rows(self.database, TurnRow)
        return [row["event_id"] for row in sorted(log, key=lambda row: row["turn"])]

    async def replies(self, conversation: str = "room") -> list[str]:
        """Return what was put into the outbox: words as they are, notices by key and event."""
        found = []
        for row in await rows(self.database, OutboxRow):
            if row["conversation"] != conversation:
                continue
            for block in REPLIES.decode(row["payload"]).blocks:
                if isinstance(block, Notice):
                    found.append(f"{block.key} {block.params['event']}")
                elif isinstance(block, Say):
                    found.append(block.text)
        return found

    async def unsettled(self) -> list[str]:
        return [r["event_id"] for r in await rows(self.database, InboxRow) if r["done_at"] is None]


@pytest.fixture
def desk(database: Database, inbox: Inbox, store: SqlInterviewStore, clock: FakeClock) -> Desk:
    return Desk(database, inbox, store, clock, EchoHandler(store))


async def settle(dispatcher: Dispatcher, conversation: tuple[str, str] = ROOM) -> None:
    async with asyncio.timeout(10):
        await dispatcher.idle(*conversation)


async def test_a_message_is_answered_and_its_reply_is_announced(desk: Desk) -> None:
    dispatcher = desk.open()
    await desk.accept(inbound("1", "hi"))
    dispatcher.ring(*ROOM)
    await settle(dispatcher)
    assert await desk.replies() == ["You said hi"]
    assert desk.rung == [ROOM]
    await dispatcher.stop()


async def test_what_waits_from_before_is_taken_up_in_order(desk: Desk) -> None:
    await desk.accept(*(inbound(str(n)) for n in range(1, 6)))
    await desk.accept(inbound("h", conversation="hall"))
    dispatcher = desk.open()
    await dispatcher.start({PLATFORM})
    await settle(dispatcher)
    await settle(dispatcher, HALL)
    assert await desk.answered() == ["2", "3", "4", "5"]  # the first one opens the interview
    assert await desk.unsettled() == []
    await dispatcher.stop()


async def test_turns_of_a_conversation_wait_for_each_other_but_others_do_not(desk: Desk) -> None:
    gate = desk.handler.gates["1"] = asyncio.Event()
    await desk.accept(inbound("1"), inbound("2"), inbound("h", conversation="hall", person="bo"))
    dispatcher = desk.open()
    await dispatcher.start({PLATFORM})
    await desk.handler.begun["1"].wait()
    await settle(dispatcher, HALL)
    assert sorted(desk.handler.handled) == ["1", "h"]
    gate.set()
    await settle(dispatcher)
    assert desk.handler.handled[-1] == "2"
    await dispatcher.stop()


async def test_no_message_is_overlooked_while_a_worker_comes_to_rest(desk: Desk) -> None:
    dispatcher = desk.open()
    for number in range(30):
        await desk.accept(inbound(str(number)))
        dispatcher.ring(*ROOM)
    await settle(dispatcher)
    assert await desk.answered() == [str(number) for number in range(1, 30)]
    await dispatcher.stop()


async def test_without_an_engine_a_message_waits_longer_and_longer_and_is_then_answered(
    desk: Desk,
) -> None:
    desk.handler.failures["1"] = [EngineUnavailableError("no answer") for _ in range(3)]
    await desk.accept(inbound("1", "hi"), inbound("2", "still there?"))
    dispatcher = desk.open()
    await dispatcher.start({PLATFORM})
    waits = []
    for _ in range(3):
        waits.append(await desk.clock.next_sleep())
        assert await desk.replies() == ["trouble.passing 1"]
        assert await desk.unsettled() == ["1", "2"]
        desk.clock.advance(waits[-1])
    await settle(dispatcher)
    assert waits == [1, 2, 4]
    assert await desk.replies() == ["trouble.passing 1", "You said hi", "You said still there?"]
    assert desk.rung == [ROOM] * 5
    await dispatcher.stop()


def test_the_wait_doubles_up_to_a_minute() -> None:
    waits = [backoff(failures) for failures in (0, 1, 2, 3, 4, 5, 6, 7, 5000)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_restart_neither_shortens_the_wait_nor_repeats_the_notice(desk: Desk) -> None:
    desk.handler.failures["1"] = [EngineUnavailableError("no answer") for _ in range(2)]
    await desk.accept(inbound("1", "hi"))
    before = desk.open()
    await before.start({PLATFORM})
    await desk.clock.next_sleep()
    async with asyncio.timeout(10):
        await before.stop(grace=3600)  # what only waits is not waited for
    desk.clock.advance(0.25)
    after = desk.open()
    await after.start({PLATFORM})
    assert await desk.clock.next_sleep() == 0.75
    desk.clock.advance(0.75)
    assert await desk.clock.next_sleep() == 2
    desk.clock.advance(2)
    await settle(after)
    assert await desk.replies() == ["trouble.passing 1", "You said hi"]
    await after.stop()


@pytest.mark.parametrize(
    "fault",
    [
        EngineRejectedError("refused: my secret"),
        ContractError("request.answer: 'my secret'"),
        ZeroDivisionError("my secret"),
    ],
)
async def test_a_message_that_cannot_be_answered_does_not_block_the_next(
    desk: Desk, fault: Exception
) -> None:
    desk.handler.failures["2"] = [fault]
    await desk.accept(inbound("1"), inbound("2", "my secret"), inbound("3", "more"))
    dispatcher = desk.open()
    with capture_logs() as logs:
        await dispatcher.start({PLATFORM})
        await settle(dispatcher)
    assert await desk.answered() == ["3"]
    assert await desk.replies() == ["You said hello", "trouble.permanent 2", "You said more"]
    snapshot = await desk.store.load(Account(PLATFORM, "ada"), "room")
    assert snapshot.interview is not None
    assert (snapshot.interview.turn, snapshot.version) == (1, 2)
    (entry,) = [entry for entry in logs if entry["event"] == "turn.failed"]
    assert (entry["event_id"], entry["error"]) == ("2", type(fault).__qualname__)
    assert "my secret" not in str(logs)
    await dispatcher.stop()


class Rival:
    """Lets another message of the interview be answered while this one is being decided."""

    def __init__(self, desk: Desk, rivals: list[Inbound]) -> None:
        self.desk = desk
        self.rivals = rivals

    async def handle(self, message: Inbound) -> TurnOutcome:
        outcome = await self.desk.handler.handle(message)
        if self.rivals:
            await self._answer(self.rivals.pop(0))
        return outcome

    async def _answer(self, rival: Inbound) -> None:
        """Commit under another platform, but for the same interview."""
        await self.desk.inbox.accept(rival)
        pending = await self.desk.inbox.oldest(rival.account.platform, rival.conversation)
        assert pending is not None
        snapshot = await self.desk.store.load(Account(PLATFORM, "ada"), "room")
        outcome = echo(snapshot, rival)
        await self.desk.store.commit(pending.inbox_id, rival, outcome)


def rival(number: int) -> Inbound:
    return Inbound(
        f"rival {number}", Account("elsewhere", "ada"), "room", "me first", inbound("").received_at
    )


async def test_a_turn_is_decided_again_when_somebody_else_was_faster(desk: Desk) -> None:
    first = desk.open()
    await desk.accept(inbound("1"))
    await first.start({PLATFORM})
    await settle(first)
    await first.stop()
    await desk.accept(inbound("2"))
    second = desk.open(handler=Rival(desk, [rival(1), rival(2)]))
    await second.start({PLATFORM})
    await settle(second)
    assert await desk.answered() == ["rival 1", "rival 2", "2"]
    assert desk.handler.handled == ["1", "2", "2", "2"]
    await second.stop()


async def test_a_turn_that_loses_every_race_is_not_given_up(desk: Desk) -> None:
    first = desk.open()
    await desk.accept(inbound("1"))
    await first.start({PLATFORM})
    await settle(first)
    await first.stop()
    await desk.accept(inbound("2"))
    second = desk.open(handler=Rival(desk, [rival(number) for number in range(5)]))
    await second.start({PLATFORM})
    assert await desk.clock.next_sleep() == 1
    assert await desk.unsettled() == ["2"]
    desk.clock.advance(1)
    await settle(second)
    assert (await desk.answered())[-1] == "2"
    await second.stop()


class TroubledInbox(Inbox):
    """An inbox whose database fails some times."""

    troubles = 2

    async def oldest(self, platform: str, conversation: str) -> PendingInbound | None:
        if self.troubles:
            self.troubles -= 1
            raise StorageError("the disk is full; make room")
        return await super().oldest(platform, conversation)


async def test_a_database_that_fails_is_tried_again(desk: Desk) -> None:
    await desk.accept(inbound("1"))
    dispatcher = desk.open(inbox=TroubledInbox(desk.database, desk.clock))
    with capture_logs() as logs:
        await dispatcher.start({PLATFORM})
        for wait in (1, 2):
            assert await desk.clock.next_sleep() == wait
            desk.clock.advance(wait)
        await settle(dispatcher)
    assert await desk.unsettled() == []
    assert [entry["event"] for entry in logs] == ["dispatch.stalled"] * 2
    await dispatcher.stop()


async def test_stopping_lets_a_turn_under_way_finish_and_leaves_the_rest_in_the_inbox(
    desk: Desk,
) -> None:
    gate = desk.handler.gates["1"] = asyncio.Event()
    await desk.accept(inbound("1"), inbound("2"))
    dispatcher = desk.open()
    await dispatcher.start({PLATFORM})
    await desk.handler.begun["1"].wait()
    stopping = asyncio.create_task(dispatcher.stop())
    await asyncio.sleep(0)
    gate.set()
    await stopping
    assert await desk.unsettled() == ["2"]
    dispatcher.ring(*ROOM)
    await settle(dispatcher)
    assert desk.handler.handled == ["1"]


async def test_stopping_does_not_wait_for_ever(desk: Desk) -> None:
    desk.handler.gates["1"] = asyncio.Event()
    desk.handler.failures["h"] = [EngineUnavailableError("no answer")]
    await desk.accept(inbound("1"), inbound("h", conversation="hall"))
    dispatcher = desk.open()
    await dispatcher.start({PLATFORM})
    await desk.clock.next_sleep()
    await desk.handler.begun["1"].wait()
    await dispatcher.stop(grace=0.01)
    assert await desk.unsettled() == ["1", "h"]


async def test_an_edit_that_comes_while_its_message_is_judged_has_it_judged_again(
    desk: Desk,
) -> None:
    dispatcher = desk.open()
    await desk.accept(inbound("1", "gradiant"))
    gate = desk.handler.gates["1"] = asyncio.Event()
    dispatcher.ring(*ROOM)
    await desk.handler.begun["1"].wait()
    await desk.accept(replace(inbound("1 edited", "gradient"), edits="1"))
    gate.set()
    await settle(dispatcher)
    assert await desk.replies() == ["You said gradient"]
    assert desk.handler.handled == ["1", "1"]
    await dispatcher.stop()


async def test_only_what_belongs_to_its_own_platforms_is_taken_up(desk: Desk) -> None:
    dispatcher = desk.open()
    await desk.accept(inbound("1"))
    await dispatcher.start({"another"})
    assert await desk.unsettled() == ["1"]
    await dispatcher.stop()
    assert desk.handler.handled == []
