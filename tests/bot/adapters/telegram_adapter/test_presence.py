"""Typing at once, a draft when it takes long, and nothing of either once the reply is there."""

from __future__ import annotations

import asyncio

from bot.interview.messages import Reply, Say
from tests.support.clock import FakeClock
from tests.support.telegram_server import Fault
from tests.support.telegram_stage import Stage, on_telegram

ROOM = "chat:77"
REPLY = Reply("en", (Say("Good."),))


async def pass_round(stage: Stage, clock: FakeClock) -> None:
    """Let the time until the next sign of life pass."""
    clock.advance(await clock.next_sleep())


async def typed(stage: Stage, times: int) -> None:
    """Return as soon as typing was shown so often."""
    await stage.world.until(lambda: len(stage.world.typing) == times)


async def test_typing_is_shown_as_soon_as_a_message_is_kept_and_not_before() -> None:
    async with on_telegram(FakeClock()) as stage, stage.running():
        stage.intake.gate.clear()
        stage.world.person().say("an answer")
        await stage.intake.until(lambda: len(stage.intake.begun) == 1)
        assert stage.world.typing == []
        stage.intake.gate.set()
        await typed(stage, 1)
        assert len(stage.intake.submitted) == 1


async def test_whoever_has_not_been_shown_anything_yet_counts_as_being_taken_in() -> None:
    async with on_telegram(FakeClock()) as stage, stage.running():
        answer = asyncio.Event()
        stage.server.faults["sendchataction"].append(Fault(200, gate=answer))
        stage.world.person().say("an answer")
        await stage.intake.took(1)
        await stage.world.until(lambda: bool(stage.server.called("sendChatAction")))
        assert not stage.intake.calm.is_set()
        answer.set()
        await typed(stage, 1)
        await stage.intake.calm.wait()


async def test_it_goes_on_until_the_reply_and_no_longer() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        stage.world.person().say("an answer")
        for shown in range(1, 4):
            await typed(stage, shown)
            await pass_round(stage, clock)
        await stage.world.until(lambda: len(stage.world.typing) == 4)
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        clock.advance(60)
        stage.world.person(78).say("somebody else")
        await stage.world.until(lambda: 78 in stage.world.typing)
        assert stage.world.typing.count(77) == 4


async def test_a_message_that_is_known_already_is_not_worked_on() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        message = stage.world.person().say("once")
        await typed(stage, 1)
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        stage.world.post(message=message)
        await stage.intake.until(lambda: len(stage.intake.begun) == 2)
        await stage.world.until(lambda: not stage.world.updates)
        clock.advance(60)
        stage.world.person(78).say("somebody else")
        await stage.world.until(lambda: 78 in stage.world.typing)
        assert stage.world.typing.count(77) <= 2


async def test_a_slow_engine_shows_a_draft_that_ends_in_a_real_message() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person(77, "ko")
        person.say("답")
        for shown in (1, 2):
            await typed(stage, shown)
            assert stage.world.drafts == []
            await pass_round(stage, clock)
        await stage.world.until(lambda: len(stage.world.drafts) == 1)
        assert stage.world.drafts == [(77, "조금 더 생각해 볼게, 네 말은 잘 받아 뒀어…")]
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        assert [m.text for m in person.received] == ["Good."]


async def test_no_draft_arrives_behind_the_message() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        gate = asyncio.Event()
        stage.server.faults["sendmessagedraft"].append(Fault(200, gate=gate))
        person, other = stage.world.person(), stage.world.person(78)
        person.say("an answer")
        for shown in (1, 2):
            await typed(stage, shown)
            await pass_round(stage, clock)
        await stage.world.until(lambda: bool(stage.server.called("sendMessageDraft")))
        delivering = asyncio.create_task(stage.adapter.deliver(ROOM, "outbox-1", REPLY))
        for number in range(3):  # long enough for it to arrive, if it were sent
            await stage.adapter.deliver("chat:78", f"outbox-2{number}", REPLY)
            clock.advance(1)
        assert len(other.received) == 3
        assert person.received == []
        gate.set()
        await delivering
        assert len(person.received) == 1


async def test_trouble_with_it_harms_nothing() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        stage.server.faults["sendchataction"].append(Fault(502))
        person.say("an answer")
        await pass_round(stage, clock)
        await stage.world.until(lambda: stage.world.typing == [77])
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        assert len(person.received) == 1


async def test_it_is_silent_as_long_as_telegram_asks_to_wait() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        stage.server.faults["sendchataction"].append(Fault(429, retry_after=7))
        stage.world.person().say("an answer")
        await pass_round(stage, clock)
        await pass_round(stage, clock)
        await stage.world.until(lambda: stage.world.typing == [77])
        assert len(stage.server.called("sendChatAction")) == 2


async def test_it_goes_on_for_what_was_sent_before_the_reply_came() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        person.say("an answer")
        person.say("and more")
        await stage.intake.took(2)
        await typed(stage, 1)
        stage.intake.waiting.add(("telegram", ROOM))
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        await typed(stage, 2)
        stage.intake.waiting.clear()
        clock.advance(2)
        await stage.adapter.deliver(ROOM, "outbox-2", REPLY)
        clock.advance(60)
        stage.world.person(78).say("somebody else")
        await stage.world.until(lambda: 78 in stage.world.typing)
        assert stage.world.typing.count(77) == 2


async def test_an_edit_shows_nothing_of_its_own() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        message = person.say("an answer")
        await stage.intake.took(1)
        await typed(stage, 1)
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        person.edit(message, "another")
        await stage.intake.took(2)
        stage.world.person(78).say("somebody else")
        await stage.world.until(lambda: 78 in stage.world.typing)
        assert stage.world.typing.count(77) == 1
