"""Slash commands, over the wire: in two languages, completed, and used where they may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.adapters.discord_adapter.permissions import INVITED
from bot.adapters.discord_adapter.words import PLAIN
from bot.i18n import Translator
from tests.support.discord_scene import scene
from tests.support.discord_world import Guild, Payload, labels_of


def flat(commands: list[Payload]) -> list[Payload]:
    """Return commands, the commands of groups, and their options."""
    return [found for c in commands for found in (c, *flat(c.get("options") or []))]


async def test_commands_are_registered_in_english_and_korean(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        registered = flat(here.server.rest.commands)
        words = Translator.load(strict=True)
        names = {(entry["name"], entry["name_localizations"]["ko"]) for entry in registered}
        for command in PLAIN:
            assert (words.text("en", command.name), words.text("ko", command.name)) in names
        assert all("ko" in entry["description_localizations"] for entry in registered)


async def test_commands_are_offered_where_the_bot_can_answer(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        offered = {
            c["name"]: (c["integration_types"], c["contexts"]) for c in here.server.rest.commands
        }
        assert offered.pop("server") == ([0], [0])  # servers alone have settings
        assert set(map(str, offered.values())) == {"([0], [0, 1])"}


async def test_commands_that_cannot_be_registered_now_are_registered_later(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        here.server.rest.slow_down("PUT", "/commands$", 0.05, via="")
        async with here.bot():
            await here.server.until(lambda: here.server.rest.commands)


async def test_closed_direct_messages_are_told_where_somebody_asked(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        here.ada.person.takes_messages = False
        told = await here.ada.answer_to(here.lobby, "me history")
        assert "yours are closed" in told


async def test_packs_and_topics_are_completed_in_the_persons_language(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        mina = here.arrives("Mina", "ko")
        start = "interview start"
        assert await here.ada.complete(here.lobby, start, "fru", pack=None) == ["Fruit English"]
        assert await mina.complete(here.lobby, start, "프루트", pack=None) == []
        assert await mina.complete(here.lobby, start, "fru", pack=None) == ["Fruit 한국어"]
        found = await here.ada.complete(here.lobby, start, "p", pack="ml-core", topic=None)
        assert found == ["apples English", "pears English", "plums English"]
        assert await here.ada.complete(here.lobby, start, "x", pack="none", topic=None) == []


async def test_what_was_chosen_with_the_command_counts(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.opened(topic="pears", language="ko", mode="exam", length="short")
        assert "question pears ko" in thread.texts()[0]
        await here.answers(here.ada, thread, "right shape ko 0")
        assert bot.engine.requests[0].mode == "exam"


async def test_a_command_of_an_interview_points_to_its_thread(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        told = await here.ada.answer_to(here.lobby, "hint")
        assert "in the thread of your interview" in told
        assert "</interview start:" in told


async def test_what_concerns_only_the_person_is_answered_directly(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened()
        direct = here.direct(here.ada.person)
        told = await here.ada.answer_to(thread, "me link")
        assert "for your eyes only" in told
        assert re.search(r"\b[A-Z2-9]{6}\b", (await here.said(direct, 1))[0])
        assert len(thread.texts()) == 1
        await here.ada.command(here.lobby, "help")
        assert "</hint:" in (await here.said(direct, 2))[1]
        assert here.lobby.from_bot() == []


async def test_a_code_for_linking_is_passed_on(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "me link", code="AAAAAA")
        unknown = Translator.load().text("en", "notice.link_unknown")
        assert unknown[:20] in (await here.said(direct, 1))[0]


async def test_a_server_decides_where_and_how_interviews_are_held(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        other = here.server.channel(here.guild, "interviews")
        await here.server.announce("CHANNEL_CREATE", other, other.payload())
        shown = await here.ada.answer_to(
            here.lobby, "server", channel=str(other.id), language="ko", pack="ml-core"
        )
        assert f"Channels: <#{other.id}>" in shown
        told = await here.bo.answer_to(here.lobby, "interview start")
        assert told == f"Interviews can't be started in this channel. Please try <#{other.id}>."
        await here.bo.command(other, "interview start")
        await here.server.until(here.server.threads)
        [thread] = here.server.threads()
        assert "question hello ko" in (await here.said(thread, 1))[0]


async def test_the_rules_of_a_server_outlive_a_restart(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            await here.ada.answer_to(here.lobby, "server", threads="private")
        async with here.bot():
            assert "private" in await here.ada.answer_to(here.lobby, "server")


async def test_only_who_manages_a_server_changes_its_rules(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        told = await here.bo.answer_to(here.lobby, "server", threads="private")
        assert "Manage Server" in told


@pytest.mark.parametrize(
    ("permission", "named"),
    [
        ("create_public_threads", "Create Public Threads"),
        ("send_messages_in_threads", "Send Messages in Threads"),
        ("embed_links", "Embed Links"),
    ],
)
async def test_a_missing_permission_is_named_to_whoever_starts(
    tmp_path: Path, permission: str, named: str
) -> None:
    async with scene(tmp_path) as here:
        here.guild.permissions.update(**{permission: False})
        async with here.bot():
            told = await here.ada.answer_to(here.lobby, "interview start")
            assert f"**{named}**" in told
            assert here.server.threads() == []


async def test_a_second_start_in_the_own_thread_asks_whether_to_go_on(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.ada.command(thread, "interview start")
        await here.said(thread, 3)
        await here.ada.press(thread, "Carry on")
        await here.said(thread, 4)
        assert here.server.threads() == [thread]


async def test_an_interview_moves_to_where_it_is_gone_on_with(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.asked()
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "interview start")
        await here.said(direct, 1)
        await here.ada.press(direct, "Carry on")
        assert "question apples" in (await here.said(direct, 2))[1]


async def test_settings_are_picked_from_buttons_and_menus(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "me settings")
        await here.said(direct, 1)
        await here.ada.press(direct, "Exam")
        await here.server.until(lambda: "✔ Exam" in labels_of(direct.from_bot()[0]))
        await here.ada.press(direct, "Coach")
        await here.server.until(lambda: "✔ Coach" in labels_of(direct.from_bot()[0]))
        assert len(direct.from_bot()) == 1


async def test_whoever_picks_jondaetmal_is_spoken_to_in_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        mina = here.arrives("Mina", "ko")
        direct = here.direct(mina.person)
        await mina.command(direct, "me settings")
        assert "면접은 이렇게 진행할게." in (await here.said(direct, 1))[0]
        await mina.press(direct, "존댓말")
        await here.server.until(lambda: "면접은 이렇게 진행할게요." in direct.texts()[0])
        thread = await here.asked()
        pressed = await mina.press(thread, "Hint")
        assert "다른 사람의 면접이에요." in await here.whispered(pressed)


def test_the_invitation_asks_for_what_the_tests_grant() -> None:
    guild = Guild.__dataclass_fields__["permissions"].default_factory
    assert callable(guild)
    assert guild() == INVITED


def test_the_guide_names_the_number_of_the_permissions() -> None:
    guide = Path(__file__).parents[4] / "docs" / "discord.md"
    assert f"permissions={INVITED.value}`" in guide.read_text("utf-8")
