"""What people do besides answering, over the wire: each of it has an effect that they can see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import Channel, labels_of


async def test_only_the_person_answers_in_their_thread(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.bo.write(thread, "I know this one!")
        pressed = await here.bo.press(thread, "Hint")
        assert "somebody else's interview" in await here.whispered(pressed)
        assert "somebody else's" not in " ".join(thread.texts())
        await here.answers(here.ada, thread, "right colour en 0")
        assert [r.answer for r in bot.engine.requests[1:]] == ["right colour en 0"]


async def test_a_message_without_words_is_asked_for_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        file = {"id": "1", "filename": "me.png", "size": 1, "url": "http://a/", "proxy_url": ""}
        sticker = {"id": "1", "name": "Wave", "format_type": 1}
        for carried in ({"attachments": [file]}, {"sticker_items": [sticker]}, {"flags": 8192}):
            await here.ada.write(thread, "", **carried)
        await here.said(thread, 5)
        assert [request.intent for request in bot.engine.requests[1:]] == ["unreadable"] * 3


async def test_what_somebody_else_wrote_is_no_answer(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        forwarded = 1 << 14
        await here.ada.write(thread, "right colour en 0", flags=forwarded)
        await here.said(thread, 3)
        assert bot.engine.requests[-1].answer == ""


async def test_ten_messages_at_once_are_answered_in_order(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "interview start")
        await here.said(direct, 1)
        bot.engine.gate.clear()
        for number in range(10):
            await here.ada.write(direct, f"I think it is {number}")
        bot.engine.gate.set()
        await here.server.until(lambda: len(bot.engine.requests) == 10)
        answers = [request.answer for request in bot.engine.requests]
        assert answers == [f"I think it is {number}" for number in range(10)]


async def test_an_edit_of_an_answer_that_waits_replaces_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        bot.engine.gate.clear()
        await here.ada.write(thread, "right colour en 0")
        await here.server.until(lambda: len(bot.engine.requests) == 2)
        waits = await here.ada.write(thread, "wrong")
        await here.ada.edit(thread, waits, "right taste en 0")
        shown = await here.ada.command(thread, "hint")
        await here.server.interactions.answered(shown)
        bot.engine.gate.set()
        await here.server.until(lambda: len(bot.engine.requests) == 4)
        assert bot.engine.requests[2].answer == "right taste en 0"


async def test_an_edit_of_a_judged_answer_changes_nothing_and_says_so(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        sent = await here.ada.write(thread, "right colour en 0")
        said = await here.said(thread, 4)
        await here.ada.edit(thread, sent, "something else")
        await here.said(thread, len(said) + 1)
        assert bot.engine.requests[-1].answer == "right colour en 0"


async def test_a_link_preview_is_no_edit(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.answers(here.ada, thread, "see https://example.org")
        sent = next(m for m in thread.messages if m["content"].startswith("see"))
        await here.server.announce("MESSAGE_UPDATE", thread, {**sent, "embeds": []})
        await here.answers(here.ada, thread, "right colour en 0")
        assert len(bot.engine.requests) == 3


async def test_a_deleted_answer_still_counts(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        sent = await here.ada.write(thread, "right colour en 0")
        said = await here.said(thread, 4)
        await here.ada.delete(thread, sent)
        await here.ada.command(thread, "interview report")
        assert "Your best line" in (await here.said(thread, len(said) + 1))[-1]


async def test_an_answer_that_is_deleted_while_it_waits_counts_all_the_same(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        bot.engine.gate.clear()
        await here.ada.write(thread, "right colour en 0")
        await here.server.until(lambda: len(bot.engine.requests) == 2)
        waits = await here.ada.write(thread, "right taste en 0")
        await here.ada.delete(thread, waits)
        bot.engine.gate.set()
        await here.server.until(lambda: len(bot.engine.requests) == 3)
        assert bot.engine.requests[2].answer == "right taste en 0"


async def test_a_button_under_an_earlier_question_says_so(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.answers(here.ada, thread, "right colour en 0")
        await here.answers(here.ada, thread, "right taste en 0")
        pressed = await here.ada.press(thread, "Skip", under=0)
        assert "earlier question" in await here.whispered(pressed)


async def test_a_button_that_is_tapped_twice_counts_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        bot.engine.gate.clear()
        await here.ada.press(thread, "Skip")
        again = await here.ada.press(thread, "Skip")
        assert "got that already" in await here.whispered(again)
        bot.engine.gate.set()
        await here.said(thread, 3)
        assert len(bot.engine.requests) == 2


async def test_a_button_of_another_version_says_so(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        for unknown in ("aurora:0:hint", "aurora:1:dance"):
            pressed = await here.ada.press_id(thread, unknown)
            assert "don't know that button" in await here.whispered(pressed)


async def test_whoever_calls_the_bot_in_a_channel_is_told_how_to_start(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.write(here.lobby, "nothing for the bot")
        await here.ada.write(here.lobby, "<@900> hello?")
        [told] = await here.said(here.lobby, 1)
        assert "</interview start:" in told


async def test_a_direct_message_before_any_interview_is_told_how_to_start(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        await here.ada.write(direct, "hi")
        assert "</interview start:" in (await here.said(direct, 1))[0]


@pytest.mark.parametrize(
    ("text", "answer"), [("hi", "haven't started"), ("안녕", "시작한 면접이 없어")]
)
async def test_a_first_direct_message_is_answered_in_its_own_language(
    tmp_path: Path, text: str, answer: str
) -> None:
    for operators in ("ko", "en"):
        async with scene(tmp_path / operators, locale=operators) as here, here.bot():
            direct = here.direct(here.ada.person)
            await here.ada.write(direct, text)
            assert answer in (await here.said(direct, 1))[0]


async def test_other_bots_are_not_answered(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        direct = here.direct(here.ada.person)
        robot = here.arrives("Robot")
        robot.person.bot = True
        await robot.write(here.lobby, "<@900> hello?")
        await here.ada.write(direct, "hi")
        await here.said(direct, 1)
        assert here.lobby.from_bot() == []


async def test_a_setting_that_is_pressed_is_shown_where_it_was_pressed(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.ada.command(thread, "me settings")
        await here.said(thread, 3)
        await here.ada.press(thread, "Exam")
        await here.server.until(lambda: "✔ Exam" in labels_of(thread.from_bot()[-1]))
        await here.ada.press(thread, "한국어")
        said = await here.said(thread, 4)
        assert "면접은 이렇게 진행할게" in said[2]
        assert "question apples ko" in said[3]
        shown = thread.from_bot()[2]
        assert {"✔ 시험", "✔ 한국어"} <= labels_of(shown)


async def test_settings_that_were_deleted_are_shown_in_a_new_message(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.ada.command(thread, "me settings")
        await here.said(thread, 3)
        here.server.rest.fail("PATCH", rf"/channels/{thread.id}/messages/", 404, 10008)
        await here.ada.press(thread, "Exam")
        await here.said(thread, 4)
        assert "✔ Exam" in labels_of(thread.from_bot()[-1])


async def test_whoever_calls_the_bot_in_korean_is_told_in_korean(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.ada.write(here.lobby, "<@900> 안녕?")
        [told] = await here.said(here.lobby, 1)
        assert "스레드에서 해" in told


async def test_settings_leave_the_buttons_of_the_question_as_they_are(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.ada.command(thread, "me settings")
        await here.said(thread, 3)
        await here.ada.press(thread, "Hint")
        assert "hint apples" in (await here.said(thread, 4))[-1]


async def test_every_one_of_several_messages_is_typed_for(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        direct = here.direct(here.ada.person)
        await here.ada.command(direct, "interview start")
        await here.said(direct, 1)
        bot.engine.gate.clear()
        for text in ("Hello!", "right colour en 0"):
            await here.ada.write(direct, text)
        await here.server.until(lambda: len(bot.engine.requests) == 1)
        shown = len(here.server.typing)
        bot.engine.gate.set()
        await here.said(direct, 2)
        await here.server.until(lambda: len(here.server.typing) > shown)
        await here.said(direct, 4)


async def forgotten(here: Scene) -> Channel:
    """Have somebody open an interview and have everything about them deleted."""
    thread = await here.asked()
    await here.ada.command(thread, "me privacy")
    direct = here.direct(here.ada.person)
    await here.said(direct, 1)
    await here.ada.press(direct, "Delete everything about me")
    await here.said(direct, 2)
    await here.ada.press(direct, "Yes, delete it all")
    await here.said(direct, 3)
    return thread


async def test_whoever_was_forgotten_learns_in_the_old_thread_how_to_begin_anew(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            thread = await forgotten(here)
        async with here.bot():
            said = len(thread.texts())
            await here.ada.write(thread, "are you still there?")
            told = (await here.said(thread, said + 1))[-1]
            assert "Nothing is kept" in told
            assert "</interview start:" in told
            pressed = await here.ada.press(thread, "Hint")
            assert "Nothing is kept" in await here.whispered(pressed)
            await here.ada.write(thread, "and once more")
            opened = await here.ada.answer_to(thread, "interview start")
            assert "<#" in opened
            assert len(thread.texts()) == said + 1, "it is told once"
            assert len(here.server.threads()) == 2
