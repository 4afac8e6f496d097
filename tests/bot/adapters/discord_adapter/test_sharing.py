"""The end of an interview, over the wire: the channel hears of it where the person wants that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import Channel


async def finished(here: Scene, share: str, language: str = "en") -> Channel:
    """Have Ada answer a question and stop, and return her thread with the report in it."""
    thread = await here.asked(language=language)
    await here.answers(here.ada, thread, f"right colour {language} 0")
    await here.ada.command(thread, "interview stop")
    await here.server.until(lambda: share in str(thread.from_bot()[-1]["components"]))
    return thread


@pytest.mark.parametrize(
    ("language", "share", "line"),
    [
        ("en", "Share one line in the channel", "is finished: 1 of 2 answer points covered."),
        ("ko", "채널에 한 줄 남기기", "면접이 끝났어. 물어본 포인트 2개 중에 1개를 맞혔어."),
    ],
)
async def test_the_channel_sees_one_line_at_the_start_and_one_at_the_end(
    tmp_path: Path, language: str, share: str, line: str
) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await finished(here, share, language=language)
        assert here.lobby.announced() == [thread.name]
        assert here.lobby.from_bot() == []
        pressed = await here.ada.press(thread, share)
        await here.whispered(pressed)
        [told] = here.lobby.texts()
        assert told.startswith(f"<#{thread.id}>")
        assert told.endswith(line)


async def test_a_result_is_told_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        share = "Share one line in the channel"
        thread = await finished(here, share)
        for expected in ("Done", "got that already"):
            assert expected in await here.whispered(await here.ada.press(thread, share))
        assert len(here.lobby.from_bot()) == 1


async def test_only_the_person_lets_the_channel_know(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        share = "Share one line in the channel"
        thread = await finished(here, share)
        told = await here.whispered(await here.bo.press(thread, share))
        assert "somebody else's interview" in told
        assert here.lobby.from_bot() == []


async def test_a_private_thread_is_named_and_leads_nowhere(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.answer_to(here.lobby, "server", threads="private")
        share = "Share one line in the channel"
        thread = await finished(here, share)
        await here.whispered(await here.ada.press(thread, share))
        [told] = here.lobby.texts()
        assert told.startswith("**Fruit English · Ada** is finished")
        assert here.lobby.announced() == []


async def test_a_report_that_is_sent_directly_leaves_the_choice_in_the_thread(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.answer_to(here.lobby, "server", reports="direct")
        share = "Share one line in the channel"
        thread = await finished(here, share)
        await here.whispered(await here.ada.press(thread, share))
        assert len(here.lobby.from_bot()) == 1
        assert share not in str(here.direct(here.ada.person).from_bot()[-1]["components"])


async def test_a_channel_that_the_bot_may_not_write_in_is_told_to_the_person(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot():
        share = "Share one line in the channel"
        thread = await finished(here, share)
        here.guild.permissions.update(send_messages=False)
        told = await here.whispered(await here.ada.press(thread, share))
        assert "**Send Messages**" in told


async def test_an_interview_without_a_judged_answer_has_nothing_to_tell(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.opened()
        await here.ada.command(thread, "interview stop")
        await here.said(thread, 3)
        assert "Share" not in str([m["components"] for m in thread.from_bot()])
