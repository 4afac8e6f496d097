"""Whole interviews on Telegram over the wire: buttons, restarts, reports, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.clock import LeapingClock
from tests.support.telegram_bot import TelegramBot
from tests.support.telegram_rules import RefusedError
from tests.support.telegram_server import TelegramServer
from tests.support.telegram_world import Person, SentMessage


@dataclass
class Talk:
    """Somebody's conversation with the bot, which may be started anew at any time."""

    server: TelegramServer
    folder: Path
    clock: LeapingClock
    person: Person

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[TelegramBot]:
        async with TelegramBot(self.server, self.folder, self.clock) as bot:
            yield bot

    async def say(self, text: str, replies: int = 1) -> list[SentMessage]:
        """Say something and return what it gets back."""
        before = len(self.person.received)
        self.person.say(text)
        return (await self.person.sees(before + replies))[before:]

    async def press(self, label: str, replies: int = 1) -> list[SentMessage]:
        """Press a button and return what it gets back."""
        before = len(self.person.received)
        self.person.press(label)
        return (await self.person.sees(before + replies))[before:]


@asynccontextmanager
async def talking(folder: Path, language: str = "en") -> AsyncIterator[Talk]:
    clock = LeapingClock(datetime.now(UTC))
    async with TelegramServer(clock) as server:
        yield Talk(server, folder, clock, server.world.person(77, language))
        assert server.violations == []


KOREAN = {
    "hint": "힌트",
    "disagree": "판정에 이의 있어",
    "skip": "건너뛰기",
    "idk": "모르겠어",
    "resume": "이어서",
    "thanks": "말해 줘서 고마워",
    "welcome": "다시 왔구나",
    "report": "면접 보고서",
    "file": "보고서 전체야",
}
ENGLISH = {
    "hint": "Hint",
    "disagree": "I disagree",
    "skip": "Skip",
    "idk": "I don't know",
    "resume": "Carry on",
    "thanks": "Thanks for telling me",
    "welcome": "Welcome back",
    "report": "Interview report",
    "file": "The whole report",
}


@pytest.mark.parametrize(("language", "words"), [("ko", KOREAN), ("en", ENGLISH)])
async def test_a_full_interview(tmp_path: Path, language: str, words: dict[str, str]) -> None:
    async with talking(tmp_path, language) as talk:
        async with talk.bot():
            (greeting,) = await talk.say("/start")
            assert greeting.text == f"question hello {language} 0"
            (asked,) = await talk.say("Hello!")
            assert words["hint"] in asked.labels()
            (judged,) = await talk.say(f"right colour {language} 0")
            assert judged.text.startswith("✔ colour")
            (thanks,) = await talk.press(words["disagree"])
            assert thanks.text.startswith(words["thanks"])
            (hint,) = await talk.press(words["hint"])
            assert f"hint apples {language} 0" in hint.text
            (rest,) = await talk.say("/pause")
            assert rest.labels() == [words["resume"]]
        async with talk.bot():  # started anew; the button under the old message still works
            (back,) = await talk.press(words["resume"])
            assert back.text.startswith(words["welcome"])
            (honest,) = await talk.press(words["idk"])
            assert f"model apples {'한국어' if language == 'ko' else 'English'}" in honest.text
            await talk.press(words["skip"])
            _, report, attached = await talk.say("/stop", replies=3)
            assert words["report"] in report.text
            assert attached.text.startswith(words["file"])
            assert attached.file is not None
            assert "✔ colour" in attached.file[1].decode()


async def test_a_setting_that_is_pressed_is_shown_where_it_was_pressed(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        (shown,) = await talk.say("/settings")
        talk.person.press("Exam", shown)
        await talk.server.world.until(lambda: "✔ Exam" in shown.labels())
        talk.person.press("한국어", shown)
        await talk.server.world.until(lambda: "✔ 한국어" in shown.labels())
        assert shown.text.startswith("면접은 이렇게 진행할게")
        assert talk.person.received == [shown]


async def test_a_language_pressed_within_an_interview_puts_the_question_below_all_else(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        await talk.say("/start")
        (shown,) = await talk.say("/settings")
        (asked,) = await talk.press("한국어")
        assert asked.text.startswith("question hello ko")
        assert shown.text.startswith("면접은 이렇게 진행할게")
        assert "✔ 한국어" in shown.labels()


async def test_whoever_just_says_hello_begins_with_one_press(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        (stray,) = await talk.say("hello")
        assert stray.labels() == ["Start"]
        (greeting,) = await talk.press("Start")
        assert greeting.text == "question hello en 0"


async def test_a_button_pressed_while_another_is_at_work_spares_the_next_question(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path) as talk, talk.bot() as bot:
        await talk.say("/start")
        (asked,) = await talk.say("Hello!")
        bot.held.gate.clear()
        talk.person.press("I don't know", asked)
        await talk.server.world.until(lambda: len(bot.held.requests) == 2)
        talk.person.press("Skip", asked)
        bot.held.gate.set()
        honest, told = (await talk.person.sees(4))[2:]
        assert "question pears" in honest.text
        assert told.text.startswith("We had just moved on")


async def test_ten_messages_at_once_are_all_answered_in_order(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot() as bot:
        await talk.say("/start")
        for number in range(10):
            talk.person.say(f"message {number}")
        await talk.person.sees(11)
        said = [request.answer for request in bot.held.requests]
        assert said == [f"message {number}" for number in range(10)]


async def test_a_message_edited_while_it_waits_is_judged_as_it_reads_now(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot() as bot:
        await talk.say("/start")
        bot.held.gate.clear()
        talk.person.say("Hello!")
        waiting = talk.person.say("write colour")
        talk.person.edit(waiting, "right colour en 0")
        await talk.server.world.until(lambda: not talk.server.world.updates)
        bot.held.gate.set()
        *_, judged = await talk.person.sees(3)
        assert [request.answer for request in bot.held.requests] == ["Hello!", "right colour en 0"]
        assert judged.text.startswith("✔ colour")


async def test_an_edit_of_a_judged_answer_changes_nothing_and_says_so(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot() as bot:
        await talk.say("/start")
        message = talk.person.say("Hello!")
        await talk.person.sees(2)
        talk.person.edit(message, "Hello again!")
        *_, notice = await talk.person.sees(3)
        assert "as you first wrote it" in notice.text
        assert [request.answer for request in bot.held.requests] == ["Hello!"]


_FILE = {"file_id": "f", "file_unique_id": "u"}
_SIZE = {"width": 1, "height": 1}


@pytest.mark.parametrize(
    "content",
    [
        {
            "sticker": {**_FILE, **_SIZE, "type": "regular"}
            | {"is_animated": False, "is_video": False}
        },
        {"photo": [{**_FILE, **_SIZE}]},
        {"voice": {**_FILE, "duration": 3}},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_cannot_be_read_is_no_answer_but_gets_one(
    tmp_path: Path, content: dict[str, object]
) -> None:
    async with talking(tmp_path) as talk, talk.bot() as bot:
        await talk.say("/start")
        await talk.say("Hello!")
        before = len(talk.person.received)
        talk.person.send(**content)
        reply = (await talk.person.sees(before + 1))[before]
        assert bot.held.requests[-1].intent == "unreadable"
        assert "✔" not in reply.text
        assert "Hint" in reply.labels()


async def test_what_is_forwarded_is_read_as_an_answer(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        await talk.say("/start")
        await talk.say("Hello!")
        origin = {"type": "hidden_user", "sender_user_name": "Bo", "date": 1}
        talk.person.say("right colour en 0", forward_origin=origin)
        assert (await talk.person.sees(3))[2].text.startswith("✔ colour")


async def test_the_language_is_switched_with_a_button(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        (shown,) = await talk.say("/language")
        talk.person.press("한국어", shown)
        await talk.server.world.until(lambda: shown.text == "좋아, 이제 한국어로 얘기하자.")
        (greeting,) = await talk.say("/start")
        assert greeting.text == "question hello ko 0"


async def test_a_deep_link_opens_at_its_topic(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        (asked,) = await talk.say("/start ml-core_pears")
        assert asked.text == "question pears en 0"


async def test_whoever_blocks_the_bot_finds_the_interview_where_it_was(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk, talk.bot():
        await talk.say("/start")
        await talk.say("Hello!")
        talk.server.world.refusals[77] = RefusedError(403, "Forbidden: blocked", expected=True)
        talk.person.say("right colour en 0")
        sent = len(talk.server.called("sendMessage"))
        await talk.server.world.until(lambda: len(talk.server.called("sendMessage")) > sent)
        del talk.server.world.refusals[77]
        (offer,) = await talk.say("/start")
        assert offer.labels() == ["Carry on", "Start over"]
        (back,) = await talk.press("Carry on")
        assert "ask taste" in back.text


async def test_what_waited_while_the_bot_was_off_is_answered_in_order(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk:
        async with talk.bot():
            await talk.say("/start")
        for text in ("Hello!", "right colour en 0", "/hint"):
            talk.person.say(text)
        async with talk.bot():
            _, _, judged, hint = await talk.person.sees(4)
            assert judged.text.startswith("✔ colour")
            assert "hint apples en 0" in hint.text
