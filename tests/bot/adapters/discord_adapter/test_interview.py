"""Interviews on Discord, over the wire: opened by a command, held in a thread or directly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import PRIVATE_THREAD, PUBLIC_THREAD, Channel


def file_of(here: Scene) -> str:
    """Return the content of the last file that was sent."""
    sent = [call.body["files"] for call in here.server.rest.calls if "files" in call.body]
    [content] = sent[-1].values()
    assert isinstance(content, str)
    return content


async def test_a_command_opens_a_thread_and_the_interview_goes_on_in_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        told = await here.ada.answer_to(here.lobby, "interview start")
        [thread] = here.server.threads()
        assert told == f"I've opened a thread for your interview: <#{thread.id}>"
        assert (thread.kind, thread.parent) == (PUBLIC_THREAD, here.lobby)
        assert thread.name == "Fruit English · Ada"
        assert here.ada.person.id in thread.members
        assert "question hello" in (await here.said(thread, 1))[0]
        await here.ada.write(thread, "Hi there!")
        assert "question apples" in (await here.said(thread, 2))[1]
        await here.ada.write(thread, "right colour en 0")
        verdicts, reply = (await here.said(thread, 4))[2:]
        assert "✔ colour English — “right colour en 0”" in verdicts
        assert "taste English   1/3   ✔ 1" in reply
        assert here.lobby.from_bot() == []


@pytest.mark.parametrize(
    ("locale", "hint", "skip", "disagree", "report"),
    [
        ("en", "Hint", "Skip", "I disagree", "Interview report"),
        ("ko", "힌트", "건너뛰기", "판정에 이의 있어", "면접 보고서"),
    ],
)
async def test_a_whole_interview_with_its_report(  # noqa: PLR0917 - one of each per language
    tmp_path: Path, locale: str, hint: str, skip: str, disagree: str, report: str
) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened(language=locale)
        await here.answers(here.ada, thread, "Hi")
        await here.ada.press(thread, hint)
        assert f"hint apples {locale} 0" in (await here.said(thread, 3))[-1]
        verdicts = len(thread.from_bot())
        await here.answers(here.ada, thread, f"right colour {locale} 0")
        assert thread.from_bot()[verdicts]["embeds"]
        await here.ada.press(thread, disagree)
        await here.said(thread, 6)
        await here.ada.press(thread, skip)
        await here.server.until(lambda: "pears" in thread.texts()[-1])
        await here.ada.command(thread, "interview stop")
        await here.server.until(lambda: report in thread.texts()[-1])
        assert report in file_of(here)
        assert "</" not in file_of(here)


async def test_an_interview_is_held_directly_too(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "interview start")
        await here.said(direct, 1)
        await here.ada.write(direct, "Hello!")
        assert "question apples" in (await here.said(direct, 2))[1]
        assert here.server.threads() == []


async def test_a_korean_client_is_answered_in_korean(tmp_path: Path) -> None:
    async with scene(tmp_path, locale="en") as here, here.bot():
        mina = here.arrives("Mina", "ko")
        told = await mina.answer_to(here.lobby, "interview start")
        assert told.startswith("네 면접 자리를 만들었어")
        [thread] = here.server.threads()
        assert "question hello ko" in (await here.said(thread, 1))[0]


async def test_buttons_go_on_working_after_a_restart(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            thread = await here.asked()
        async with here.bot():
            await here.ada.press(thread, "Hint")
            assert "hint apples en 0" in (await here.said(thread, 3))[-1]


async def test_a_form_takes_answers_where_the_bot_may_not_read(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here, here.bot():
        thread = await here.opened()
        opened = await here.ada.press(thread, "Answer")
        await here.ada.fill_in(opened, "Hello!")
        await here.server.until(lambda: "question apples" in thread.texts()[-1])
        assert "> Hello!" in thread.texts()


async def test_a_form_that_was_opened_before_a_restart_is_taken_in(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here:
        async with here.bot():
            thread = await here.opened()
            opened = await here.ada.press(thread, "Answer")
        async with here.bot():
            await here.ada.fill_in(opened, "Hello!")
            await here.server.until(lambda: "question apples" in thread.texts()[-1])


async def test_what_cannot_be_read_is_answered_with_the_form(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here, here.bot():
        thread = await here.opened()
        await here.ada.write(thread, "Hello!")
        said = await here.said(thread, 2)
        assert "press “answer”" in said[1].lower()
        await here.ada.write(thread, "<@900> Hello!")
        assert "question apples" in (await here.said(thread, 3))[2]


async def test_every_interaction_is_acknowledged_while_the_engine_works(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        bot.engine.gate.clear()
        pressed = await here.ada.press(thread, "Hint")
        command = await here.ada.command(thread, "hint")
        assert max(pressed.acknowledged_after, command.acknowledged_after) < 1
        assert thread.id in here.server.typing
        bot.engine.gate.set()
        await here.said(thread, 4)


async def test_a_reply_is_no_answer_to_the_interaction(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        asked = await here.ada.command(thread, "hint")
        await here.server.interactions.answered(asked)
        assert (asked.ephemeral, asked.answer, asked.removed) == (True, None, True)
        await here.said(thread, 3)
        sent = [c for c in here.server.rest.calls if c.path == f"/channels/{thread.id}/messages"]
        replies = [c.body for c in sent if c.method == "POST"]
        assert [body["allowed_mentions"] for body in replies] == [{"parse": []}] * 3
        assert len({body["nonce"] for body in replies}) == 3
        assert all(body["enforce_nonce"] for body in replies)


async def test_threads_and_reports_are_private_where_the_server_wants_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        rules = {"threads": "private", "reports": "direct"}
        assert "private" in await here.ada.answer_to(here.lobby, "server", **rules)
        thread = await here.asked()
        assert thread.kind == PRIVATE_THREAD
        await here.answers(here.ada, thread, "right colour en 0")
        await here.ada.command(thread, "interview stop")
        direct: Channel = here.direct(here.ada.person)
        assert "Interview report" in (await here.said(direct, 1))[0]
        await here.server.until(lambda: "direct message" in thread.texts()[-1])
        assert "Interview report" in file_of(here)


async def test_a_report_waits_for_somebody_who_takes_no_direct_messages(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.answer_to(here.lobby, "server", reports="direct")
        thread = await here.asked()
        await here.answers(here.ada, thread, "right colour en 0")
        here.ada.person.takes_messages = False
        await here.ada.command(thread, "interview stop")
        await here.server.until(lambda: "yours are closed" in thread.texts()[-1])
