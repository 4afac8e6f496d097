"""Every command of the menu, over the wire, in the course of one interview in each language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.telegram_adapter.commands import MENU
from bot.adapters.telegram_adapter.text import LONGEST_MESSAGE, units
from bot.interview.cleaning import MAX_CHARACTERS
from engine.curated_lines import load_reactions
from tests.support.clock import LeapingClock
from tests.support.packs import garden_pack, write_pack
from tests.support.telegram_bot import TelegramBot, small_packs
from tests.support.telegram_server import TelegramServer
from tests.support.telegram_world import Person

ENGLISH = (
    ("/unlink", "isn't linked"),
    ("/start", "question hello en 0"),
    ("Hello!", "question apples en"),
    ("/hint", "hint apples en 0"),
    ("/repeat", "ask colour en"),
    ("right colour en 0", "✔ colour English"),
    ("/disagree", "Thanks for telling me"),
    ("/idk", "model apples English"),
    ("/skip", "question rest en"),
    ("/pause", "let's take a break"),
    ("/resume", "Welcome back"),
    ("/report", "Interview report"),
    ("/history", "Your latest interviews"),
    ("/review", "The next topic comes back on"),
    ("/packs", "Pick one and we'll begin"),
    ("/language", "Which language shall we speak?"),
    ("/settings", "This is how I'll hold your interviews"),
    ("/link", "Your code:"),
    ("/privacy", "I keep your account's number"),
    ("/help", "/disagree"),
    ("/interview", "Shall we carry on?"),
    ("/stop", "let's call it a day"),
    ("/new", "question hello en"),
)
KOREAN = (
    ("/unlink", "연결되어 있지 않아"),
    ("/start", "question hello ko 0"),
    ("안녕!", "question apples ko"),
    ("/hint", "hint apples ko 0"),
    ("/repeat", "ask colour ko"),
    ("right colour ko 0", "✔ colour 한국어"),
    ("/disagree", "말해 줘서 고마워"),
    ("/idk", "model apples 한국어"),
    ("/skip", "question rest ko"),
    ("/pause", "여기서 잠깐 쉬자"),
    ("/resume", "다시 왔구나"),
    ("/report", "면접 보고서"),
    ("/history", "최근에 본 면접이야"),
    ("/review", "에 돌아와"),
    ("/packs", "하나 고르면 바로 시작할게"),
    ("/language", "어떤 언어로 얘기할까?"),
    ("/settings", "면접은 이렇게 진행할게"),
    ("/link", "연결 코드:"),
    ("/privacy", "네 계정 번호"),
    ("/help", "/disagree"),
    ("/interview", "이어서 할까?"),
    ("/stop", "오늘은 여기까지 하자"),
    ("/new", "question hello ko"),
)

# The report's file follows, and before the last report a word of goodbye comes.
REPLIES = {"/report": 2, "/stop": 3}


@asynccontextmanager
async def somebody(folder: Path, language: str = "en") -> AsyncIterator[Person]:
    """Run the bot, and give a person who has never written to it."""
    clock = LeapingClock(datetime.now(UTC))
    async with TelegramServer(clock) as server:
        async with TelegramBot(server, folder, clock):
            yield server.world.person(77, language)
        assert server.violations == []


@pytest.mark.parametrize(
    ("command", "label", "shown"),
    [("/packs", "Garden English", "question garden en"), ("/settings", "Junior", "✔ Junior")],
)
async def test_what_is_picked_counts_even_after_a_restart(
    tmp_path: Path, command: str, label: str, shown: str
) -> None:
    small_packs(tmp_path)
    write_pack(tmp_path / "packs" / "garden", garden_pack())
    clock = LeapingClock(datetime.now(UTC))
    async with TelegramServer(clock) as server:
        person = server.world.person(77)
        async with TelegramBot(server, tmp_path, clock):
            person.say(command)
            await person.sees(1)
        async with TelegramBot(server, tmp_path, clock):
            person.press(label)
            await server.world.until(lambda: shown in said_and_offered(person))
        assert server.violations == []


def said_and_offered(person: Person) -> str:
    """Return all that somebody can read: messages and buttons."""
    return "\n".join("\n".join([said.text, *said.labels()]) for said in person.received)


@pytest.mark.parametrize(("language", "talk"), [("en", ENGLISH), ("ko", KOREAN)])
async def test_each_is_answered_with_what_it_says(
    tmp_path: Path, language: str, talk: tuple[tuple[str, str], ...]
) -> None:
    assert {said for said, _ in talk if said[0] == "/"} == {f"/{command.name}" for command in MENU}
    async with somebody(tmp_path, language) as person:
        for said, expected in talk:
            before = len(person.received)
            person.say(said)
            answers = await person.sees(before + REPLIES.get(said, 1))
            assert expected in answers[before].text, said


@pytest.mark.parametrize("letter", ["a", "🍎"])  # of one UTF-16 unit, and of two
async def test_a_message_of_the_greatest_length_is_judged_and_answered(
    tmp_path: Path, letter: str
) -> None:
    longest = "right colour en 0. "
    longest += letter * ((LONGEST_MESSAGE - len(longest)) // units(letter))
    async with somebody(tmp_path) as person:
        person.say("/start")
        await person.sees(1)
        person.say("Hello!")
        await person.sees(2)
        person.say(longest)
        judged = (await person.sees(3))[2]
        assert judged.text.startswith("✔ colour")
        lines = load_reactions()["en"]["too_long"]
        assert any(line in judged.text for line in lines) is (len(longest) > MAX_CHARACTERS)
