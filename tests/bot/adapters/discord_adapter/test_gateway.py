"""The connection, over the wire: lost, resumed, begun anew, and never a message missed by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ConfigError
from tests.support.discord_bot import DiscordBot
from tests.support.discord_scene import Scene, scene


async def identified_again(here: Scene, before: int) -> None:
    """Wait until the bot has begun a new session."""
    await here.server.until(lambda: here.server.gateway.heard["identify"] > before)


async def test_a_lost_connection_is_resumed_without_a_gap(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.server.gateway.drop()
        await here.ada.write(thread, "right colour en 0")
        await here.server.until(lambda: here.server.gateway.heard["resume"] == 1)
        await here.said(thread, 4)
        assert here.server.gateway.heard["identify"] == 1
        assert len(bot.engine.requests) == 2


async def test_discord_may_ask_to_reconnect(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        thread = await here.asked()
        await here.server.gateway.ask_to_reconnect()
        await here.server.until(lambda: here.server.gateway.heard["resume"] == 1)
        await here.ada.write(thread, "right colour en 0")
        await here.said(thread, 4)


async def test_what_was_missed_between_two_sessions_is_fetched_in_order(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.server.gateway.forget()
        await here.ada.write(thread, "right colour en 0")
        await here.bo.write(thread, "not mine")
        await here.ada.write(thread, "right taste en 0")
        await identified_again(here, 1)
        await here.server.until(lambda: len(bot.engine.requests) == 3)
        answers = [request.answer for request in bot.engine.requests[1:]]
        assert answers == ["right colour en 0", "right taste en 0"]


async def test_what_was_written_while_the_bot_was_down_is_fetched(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            direct = here.direct(here.ada.person)
            await here.ada.command(direct, "interview start")
            await here.said(direct, 1)
        await here.ada.write(direct, "Hello!")
        async with here.bot():
            assert "question apples" in (await here.said(direct, 2))[1]


async def test_what_was_written_and_edited_while_the_bot_was_down_is_read_as_edited(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            thread = await here.asked()
        sent = await here.ada.write(thread, "wrong")
        await here.ada.edit(thread, sent, "right colour en 0")
        async with here.bot() as bot:
            await here.said(thread, 4)
            assert [request.answer for request in bot.engine.requests] == ["right colour en 0"]


async def test_an_edit_of_a_judged_answer_made_while_the_bot_was_down_changes_nothing(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        async with here.bot():
            thread = await here.asked()
            sent = await here.ada.write(thread, "right colour en 0")
            said = await here.said(thread, 4)
        await here.ada.edit(thread, sent, "something else")
        async with here.bot() as bot:
            await here.answers(here.ada, thread, "right taste en 0")
            assert thread.texts()[: len(said)] == said
            assert [request.answer for request in bot.engine.requests] == ["right taste en 0"]


async def test_history_that_cannot_be_fetched_is_fetched_later(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        here.server.rest.fail("GET", rf"/channels/{thread.id}/messages", 503)
        await here.server.gateway.forget()
        await here.ada.write(thread, "right colour en 0")
        await here.said(thread, 4)
        assert len(bot.engine.requests) == 2


async def test_a_message_that_comes_twice_counts_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        sent = await here.ada.write(thread, "right colour en 0")
        await here.server.announce("MESSAGE_CREATE", thread, sent)
        await here.said(thread, 4)
        await here.answers(here.ada, thread, "right taste en 0")
        assert len(bot.engine.requests) == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        {"op": 0, "t": "MESSAGE_CREATE", "s": None, "d": {"content": "no id"}},
        {
            "op": 0,
            "t": "MESSAGE_UPDATE",
            "s": None,
            "d": {"id": "1", "channel_id": "2", "embeds": []},
        },
        {"op": 0, "t": "INTERACTION_CREATE", "s": None, "d": {"type": 2}},
        {"op": 0, "t": "GUILD_CREATE", "s": None, "d": None},
        {"op": 0, "t": "NEW_KIND_OF_EVENT", "s": None, "d": []},
        {"op": 42, "t": None, "s": None, "d": None},
    ],
    ids=lambda event: str(event["t"]),
)
async def test_an_event_that_makes_no_sense_is_passed_over(
    tmp_path: Path, nonsense: dict[str, object]
) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.server.gateway.send_raw(json.dumps(nonsense))
        await here.ada.write(thread, "right colour en 0")
        await here.said(thread, 4)
        assert len(bot.engine.requests) == 2
        assert here.server.gateway.heard["identify"] == 1


async def test_what_is_no_event_at_all_ends_the_connection_and_not_the_bot(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        await here.server.gateway.send_raw("{")
        await here.ada.write(thread, "right colour en 0")
        await here.said(thread, 4)
        assert len(bot.engine.requests) == 2


async def test_a_message_that_could_not_be_read_is_fetched(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot() as bot:
        thread = await here.asked()
        here.server.gateway.garbles = ("author",)
        await here.ada.write(thread, "right colour en 0")
        await here.said(thread, 4)
        assert bot.engine.requests[-1].answer == "right colour en 0"


async def test_one_channel_that_cannot_be_read_does_not_keep_the_others_back(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here, here.bot():
        threads = [await here.asked(who) for who in (here.ada, here.bo)]
        for thread in threads:
            path = rf"/channels/{thread.id}/messages"
            here.server.rest.fail("GET", path, 200, times=2)  # no list of messages
        await here.server.gateway.forget()
        for who, thread in zip((here.ada, here.bo), threads, strict=True):
            await who.write(thread, "right colour en 0")
        for thread in threads:
            await here.said(thread, 4)


async def test_a_channel_without_an_interview_is_never_fetched(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        await here.opened()
        other = here.server.channel(here.guild, "unknown to the bot")
        await here.ada.write(other, "good morning")
        await here.server.gateway.forget()
        await identified_again(here, 1)
        await here.ada.write(other, "<@900> hello?")
        [told] = await here.said(other, 1)
        assert "</interview start:" in told
        fetched = [c.path for c in here.server.rest.calls if c.method == "GET"]
        assert f"/channels/{other.id}/messages" not in fetched


async def test_what_was_missed_is_read_as_what_is_heard(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here:
        here.guild.tells_members = False
        async with here.bot():
            thread = await here.opened()
        await here.ada.write(thread, "Hello!")
        await here.ada.write(thread, "<@900> Hello!")
        async with here.bot() as bot:
            await here.ada.press(thread, "Answer")
            assert "press “answer”" in (await here.said(thread, 2))[1].lower()
            await here.said(thread, 3)
            assert [request.answer for request in bot.engine.requests] == ["Hello!"]


async def test_a_crash_before_the_reply_is_made_good_after_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        async with here.bot() as bot:
            thread = await here.asked()
            bot.engine.gate.clear()
            await here.ada.write(thread, "right colour en 0")
            await here.server.until(lambda: len(bot.engine.requests) == 2)
            await bot.kill()
        async with here.bot():
            assert "✔ colour English" in (await here.said(thread, 4))[2]


async def test_every_shard_is_heard(tmp_path: Path) -> None:
    async with scene(tmp_path, shards=2) as here:
        while (here.guild.id >> 22) % 2 == 0:
            here.guild = here.server.guild("Another group", here.ada.person)
        here.lobby = here.guild.channels[0]
        async with here.bot():
            await identified_again(here, 1)
            await here.asked()
            direct = here.direct(here.bo.person)
            await here.bo.command(direct, "interview start")
            await here.said(direct, 1)


async def refusal(bot: DiscordBot) -> str:
    """Start the bot, and return why it ended by itself."""
    async with bot:
        assert bot.running is not None
        with pytest.raises(ConfigError) as refused:
            await bot.running
    return str(refused.value)


async def test_a_wrong_token_ends_the_bot_with_what_to_do(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        text = await refusal(here.bot(token="no.such.token"))
        assert "AURORA_DISCORD_TOKEN" in text
        assert "no.such.token" not in text


async def test_a_missing_intent_ends_the_bot_with_what_to_do(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        here.server.gateway.allows_message_content = False
        text = await refusal(here.bot(message_content=True))
        assert "AURORA_DISCORD_MESSAGE_CONTENT" in text


async def test_without_the_intent_the_bot_runs(tmp_path: Path) -> None:
    async with scene(tmp_path, message_content=False) as here:
        here.server.gateway.allows_message_content = False
        async with here.bot():
            await here.opened()


async def test_the_bot_runs_although_its_commands_are_refused(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        here.server.rest.fail("PUT", "/commands$", 400, 50035)
        async with here.bot():
            direct = here.direct(here.ada.person)
            await here.ada.write(direct, "hi")
            assert "/interview start" in (await here.said(direct, 1))[0]
