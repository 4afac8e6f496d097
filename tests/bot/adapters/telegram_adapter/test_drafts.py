"""A slow reply on Telegram: the verdicts first, then the words as they come, then the message."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.engine_client import SocketEngineClient
from bot.interview.messages import Reply, Say, VerdictLine, Verdicts
from engine.contract import Answer, Call, Intent, VerdictStatus
from engine.progress import TurnProgress
from engine.wire import LINE_LIMIT
from tests.support.clock import FakeClock
from tests.support.engine_server import Pauses, running_worker, slow_pipeline
from tests.support.telegram_bot import PACK_ID, TelegramBot, small_packs
from tests.support.telegram_server import Fault, TelegramServer
from tests.support.telegram_stage import Stage, on_telegram
from tests.support.telegram_world import Person

ROOM = "chat:77"
JUDGED = Verdicts((VerdictLine("colour", VerdictStatus.COVERED, "red"),))
BEGUN = Reply("en", (JUDGED, Say("**Right.**")))
REPLY = Reply("en", (JUDGED, Say("**Right.** And why?")))


async def draft_is_waited_for(clock: FakeClock) -> None:
    """Return when somebody waits for the second to pass in which a reply needs no draft."""
    while await clock.next_sleep() != 1:
        pass


async def draft_is_due(clock: FakeClock) -> None:
    """Let that second pass."""
    await draft_is_waited_for(clock)
    clock.advance(1)


async def nothing_else_comes(stage: Stage, clock: FakeClock) -> None:
    """Return when whatever would have been sent by now has been sent."""
    clock.advance(60)
    stage.world.person(78).say("somebody else")
    await stage.world.until(lambda: 78 in stage.world.typing)


@dataclass
class Talk:
    """Somebody's conversation with a bot whose engine speaks slowly, over real sockets."""

    server: TelegramServer
    person: Person
    pauses: Pauses

    async def drafts(self, number: int) -> list[str]:
        """Return what the drafts have said so far, once it is so much."""
        await self.server.world.until(lambda: len(self._said()) >= number)
        return self._said()

    def _said(self) -> list[str]:
        """Return each text once: what still stands is sent again now and then."""
        return list(dict.fromkeys(text for _, text in self.server.world.drafts))

    async def begin(self) -> None:
        """Come to the first question that is judged."""
        for number, text in enumerate(("/start", "Hello!"), start=1):
            self.person.say(text)
            await self.person.sees(number)
        self.server.world.drafts.clear()


@asynccontextmanager
async def talking(folder: Path, language: str) -> AsyncIterator[Talk]:
    clock, packs, pauses = SystemClock(), small_packs(folder), Pauses(held=False)
    async with (
        TelegramServer(clock) as server,
        running_worker(slow_pipeline(packs.get(PACK_ID), pauses)) as worker,
    ):
        engine = SocketEngineClient(str(worker.address))
        async with TelegramBot(server, folder, clock, engine, packs):
            yield Talk(server, server.world.person(77, language), pauses)
        await engine.close()
        assert server.violations == []


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_verdicts_then_words_then_the_message(tmp_path: Path, language: str) -> None:
    async with talking(tmp_path, language) as talk:
        await talk.begin()
        talk.pauses.held = True
        talk.person.say(f"right colour {language} 0")
        (judged,) = await talk.drafts(1)
        assert judged.startswith("✔ colour")
        assert "\n" in judged  # the point that is still open
        talk.pauses.go_on()
        _, begun = await talk.drafts(2)
        assert begun.startswith(f"{judged}\n")
        assert len(talk.person.received) == 2
        talk.pauses.release()
        *_, reply = await talk.person.sees(3)
        assert reply.text.startswith(begun)
        assert len(reply.text) > len(begun)


async def test_a_worker_that_dies_while_it_speaks_costs_nothing_but_time(tmp_path: Path) -> None:
    clock, packs = SystemClock(), small_packs(tmp_path)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engine.sock"
        died = asyncio.Event()

        async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            call = Call.from_line(await reader.readline())
            known = TurnProgress(call.payload["request_id"], Intent.ANSWER, (), "apples", "Half")
            writer.write(Answer(call.id, known.to_dict(), partial=True).to_line())
            writer.close()
            died.set()

        dying = await asyncio.start_unix_server(die, path, limit=LINE_LIMIT)
        engine = SocketEngineClient(f"unix://{path}")
        async with (
            TelegramServer(clock) as server,
            TelegramBot(server, tmp_path, clock, engine, packs),
        ):
            person = server.world.person()
            person.say("/start")
            await person.sees(1)
            person.say("Hello!")
            await died.wait()
            dying.close()
            path.unlink(missing_ok=True)
            pipeline = slow_pipeline(packs.get(PACK_ID), lambda: None)
            async with running_worker(pipeline, path=path):
                await person.sees(2)
                person.say("right colour en 0")
                *_, asked, judged = await person.sees(3)
            await engine.close()
            assert "question apples" in asked.text
            assert judged.text.startswith("✔ colour")
            assert len(person.received) == 3
            assert server.violations == []


async def test_a_reply_that_comes_within_a_second_needs_no_draft() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        stage.adapter.preview(ROOM, BEGUN)
        await draft_is_waited_for(clock)
        clock.advance(0.9)
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        await nothing_else_comes(stage, clock)
        assert stage.world.drafts == []
        assert len(person.received) == 1


async def test_only_the_newest_is_shown_and_one_a_second() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        stage.world.person()
        for beginning in (Reply("en", (JUDGED,)), BEGUN):
            stage.adapter.preview(ROOM, beginning)
        await draft_is_due(clock)
        await stage.world.until(lambda: len(stage.world.drafts) == 1)
        for text in ("**Right.** One.", "**Right.** One. Two."):
            stage.adapter.preview(ROOM, Reply("en", (JUDGED, Say(text))))
        await draft_is_due(clock)
        await stage.world.until(lambda: len(stage.world.drafts) == 2)
        assert stage.world.drafts == [
            (77, "✔ colour — “red”\nRight."),
            (77, "✔ colour — “red”\nRight. One. Two."),
        ]
        drafts = stage.server.called("sendMessageDraft")
        assert len({draft["draft_id"] for draft in drafts}) == 1
        assert [e["type"] for e in drafts[-1]["entities"]] == ["bold"]


async def test_no_draft_arrives_once_the_message_is_being_sent() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        stage.adapter.preview(ROOM, BEGUN)
        await draft_is_due(clock)
        await stage.world.until(lambda: len(stage.world.drafts) == 1)
        stage.adapter.preview(ROOM, Reply("en", (Say("Right. One."),)))
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        await nothing_else_comes(stage, clock)
        assert len(stage.world.drafts) == 1
        assert [m.text for m in person.received] == ["✔ colour — “red”\nRight. And why?"]


async def test_drafts_leave_the_room_to_messages() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        stage.world.person()
        stage.adapter.preview(ROOM, BEGUN)
        await draft_is_waited_for(clock)
        clock.advance(0.5)
        for number in range(100, 115):
            stage.world.person(number)
            await stage.adapter.deliver(f"chat:{number}", f"outbox-{number}", REPLY)
        clock.advance(0.5)
        await draft_is_waited_for(clock)  # once more
        assert stage.world.drafts == []
        clock.advance(1)
        await stage.world.until(lambda: len(stage.world.drafts) == 1)


async def test_a_draft_that_is_refused_harms_nothing() -> None:
    clock = FakeClock()
    async with on_telegram(clock) as stage, stage.running():
        person = stage.world.person()
        stage.server.faults["sendmessagedraft"].append(
            Fault(400, description="Bad Request: no drafts here")
        )
        stage.adapter.preview(ROOM, BEGUN)
        await draft_is_due(clock)
        await stage.world.until(lambda: bool(stage.server.called("sendMessageDraft")))
        await stage.adapter.deliver(ROOM, "outbox-1", REPLY)
        assert len(person.received) == 1
