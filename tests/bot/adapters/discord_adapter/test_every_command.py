"""Every slash command, over the wire, in the course of one interview in each language."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.adapters.discord_adapter.forms import LONGEST_ANSWER
from bot.adapters.discord_adapter.splitting import LONGEST_MESSAGE
from tests.support.discord_bot import packs_in
from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import Channel, Payload
from tests.support.packs import garden_pack, write_pack

ENGLISH = (
    ("/me unlink", "isn't linked"),
    ("/interview start", "question hello en 0"),
    ("Hello!", "question apples en"),
    ("/hint", "hint apples en 0"),
    ("/interview repeat", "ask colour en"),
    ("right colour en 0", "✔ colour English"),
    ("/interview disagree", "Thanks for telling me"),
    ("/idk", "model apples English"),
    ("/skip", "question rest en"),
    ("/interview pause", "let's take a break"),
    ("/interview resume", "Welcome back"),
    ("/interview report", "Interview report"),
    ("/me history", "Your latest interviews"),
    ("/me review", "The next topic comes back on"),
    ("/packs", "Pick one and we'll begin"),
    ("/me language", "Which language shall we speak?"),
    ("/me settings", "This is how I'll hold your interviews"),
    ("/me link", "Your code:"),
    ("/me privacy", "I keep your account's number"),
    ("/help", "</interview disagree:"),
    ("/interview stop", "let's call it a day"),
)
KOREAN = (
    ("/me unlink", "연결되어 있지 않아"),
    ("/interview start", "question hello ko 0"),
    ("안녕!", "question apples ko"),
    ("/hint", "hint apples ko 0"),
    ("/interview repeat", "ask colour ko"),
    ("right colour ko 0", "✔ colour 한국어"),
    ("/interview disagree", "말해 줘서 고마워"),
    ("/idk", "model apples 한국어"),
    ("/skip", "question rest ko"),
    ("/interview pause", "여기서 잠깐 쉬자"),
    ("/interview resume", "다시 왔구나"),
    ("/interview report", "면접 보고서"),
    ("/me history", "최근에 본 면접이야"),
    ("/me review", "에 돌아와"),
    ("/packs", "하나 고르면 바로 시작할게"),
    ("/me language", "어떤 언어로 얘기할까?"),
    ("/me settings", "면접은 이렇게 진행할게"),
    ("/me link", "연결 코드:"),
    ("/me privacy", "네 계정 번호"),
    ("/help", "</interview disagree:"),
    ("/interview stop", "오늘은 여기까지 하자"),
)
ELSEWHERE = {"/server", "/interview answer"}
"""What is no part of an interview that is held directly."""


def paths(commands: Iterable[Payload], group: str = "/") -> set[str]:
    """Return how each command is typed."""
    found = set()
    for command in commands:
        typed, inner = group + command["name"], command.get("options") or []
        inside = paths((o for o in inner if o["type"] == 1), f"{typed} ")
        found |= inside or {typed}
    return found


@pytest.mark.parametrize(("locale", "talk"), [("en-US", ENGLISH), ("ko", KOREAN)])
async def test_each_is_answered_with_what_it_says(
    tmp_path: Path, locale: str, talk: tuple[tuple[str, str], ...]
) -> None:
    async with scene(tmp_path) as here, here.bot():
        typed = {said for said, _ in talk if said[0] == "/"}
        assert typed | ELSEWHERE == paths(here.server.rest.commands)
        who = here.arrives("Mina", locale)
        direct = here.direct(who.person)
        for said, expected in talk:
            before = len(direct.texts())
            if said[0] == "/":
                await who.command(direct, said[1:])
            else:
                await who.write(direct, said)
            assert await heard(here, direct, before, expected), (said, direct.texts()[before:])


async def heard(here: Scene, channel: Channel, before: int, words: str) -> bool:
    """Return whether these words come in a channel, after so many messages of the bot."""
    try:
        await here.server.until(lambda: words in "\n".join(channel.texts()[before:]))
    except TimeoutError:
        return False
    return True


async def test_an_answer_as_long_as_its_form_allows_is_shown_and_judged(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here, here.bot() as bot:
        thread = await here.opened()
        opened = await here.ada.command(thread, "interview answer")
        await here.ada.fill_in(opened, "Hello!")
        await here.server.until(lambda: "question apples" in thread.texts()[-1])
        opened = await here.ada.command(thread, "interview answer")
        longest = ("right colour en 0. " + "and so on, " * 400)[:LONGEST_ANSWER]
        await here.ada.fill_in(opened, longest)
        await here.server.until(lambda: "✔ colour" in "\n".join(thread.texts()))
        assert bot.engine.requests[-1].answer == longest.strip()
        shown = next(text for text in thread.texts() if text.startswith("> right"))
        assert shown.endswith("…"), "whoever reads along sees that it goes on"
        assert len(shown) <= LONGEST_MESSAGE


async def test_a_menu_picks_what_it_says_even_after_a_restart(tmp_path: Path) -> None:
    write_pack(packs_in(tmp_path) / "garden", garden_pack())
    async with scene(tmp_path) as here:
        direct = here.direct(here.ada.person)
        async with here.bot():
            await here.ada.command(direct, "packs")
            await here.said(direct, 1)
        async with here.bot():
            await here.ada.pick(direct, "Garden English")
            assert "question garden" in (await here.said(direct, 2))[1]


async def test_a_server_s_pack_is_for_whoever_chose_none(tmp_path: Path) -> None:
    write_pack(packs_in(tmp_path) / "garden", garden_pack())
    async with scene(tmp_path) as here, here.bot():
        assert "garden" in await here.ada.answer_to(here.lobby, "server", pack="garden")
        thread = await here.opened(here.bo)
        assert "question garden" in thread.texts()[0]
        chosen = await here.opened(here.ada, pack="ml-core")
        assert "question hello" in chosen.texts()[0]
