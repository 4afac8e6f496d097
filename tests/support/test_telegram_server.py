"""The tests' Telegram refuses what Telegram refuses, told by the unmodified library."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from tests.support.clock import FakeClock
from tests.support.telegram_server import TOKEN, Fault, TelegramServer

CHAT, GROUP = 77, -100


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(FakeClock()) as server:
        server.world.person(CHAT).in_group(GROUP)
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=server.base_url) as bot:
        yield bot


def passes(server: TelegramServer, seconds: float) -> None:
    """Let time go by for the server."""
    clock = server.world.clock
    assert isinstance(clock, FakeClock)
    clock.advance(seconds)


@pytest.mark.parametrize(
    ("text", "entities", "why"),
    [
        ("a" * 4_097, [], "too long"),
        ("🍎" * 2_049, [], "too long"),
        (" ", [], "empty"),
        ("🍎", [MessageEntity("bold", 1, 1)], "parse entities"),
        ("ab", [MessageEntity("bold", 1, 2)], "parse entities"),
        ("abcd", [MessageEntity("bold", 0, 3), MessageEntity("italic", 1, 3)], "parse entities"),
    ],
)
async def test_a_text_that_is_wrong_is_refused(
    server: TelegramServer, bot: Bot, text: str, entities: list[MessageEntity], why: str
) -> None:
    with pytest.raises(BadRequest, match=why):
        await bot.send_message(CHAT, text, entities=entities)
    assert len(server.violations) == 1
    assert server.world.sent == []


@pytest.mark.parametrize("data", ["d" * 65, "가" * 22])
async def test_a_button_that_carries_more_than_64_bytes_is_refused(bot: Bot, data: str) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Press", callback_data=data)]])
    with pytest.raises(BadRequest, match=r"[Bb]utton_data_invalid"):
        await bot.send_message(CHAT, "Hello", reply_markup=keyboard)


async def test_a_second_message_to_a_chat_in_one_second_is_asked_to_wait(
    server: TelegramServer, bot: Bot
) -> None:
    await bot.send_message(CHAT, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message(CHAT, "two")
    assert len(server.violations) == 1
    passes(server, 1)
    await bot.send_message(CHAT, "two")


async def test_a_group_takes_twenty_messages_a_minute(server: TelegramServer, bot: Bot) -> None:
    for number in range(20):
        await bot.send_message(GROUP, str(number))
        passes(server, 1)
    with pytest.raises(RetryAfter):
        await bot.send_message(GROUP, "one too many")
    passes(server, 41)
    await bot.send_message(GROUP, "a minute later")


async def test_everybody_together_gets_thirty_messages_a_second(
    server: TelegramServer, bot: Bot
) -> None:
    people = [server.world.person(1_000 + number) for number in range(31)]
    for person in people[:30]:
        await bot.send_message(person.id, "Hello")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[30].id, "Hello")


async def test_what_there_is_not_is_refused(server: TelegramServer, bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelepathy")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1, "Hello")
    with pytest.raises(InvalidToken):
        async with Bot("4242:another", base_url=server.base_url):
            pass


async def test_updates_come_again_until_a_later_offset_confirms_them(
    server: TelegramServer, bot: Bot
) -> None:
    server.world.person(CHAT).say("Hello")
    (first,) = await bot.get_updates()
    (again,) = await bot.get_updates()
    assert again.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()
    assert server.world.updates == []


async def test_nothing_is_fetched_while_there_is_a_webhook(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="https"):
        await bot.set_webhook("http://example.org")
    await bot.set_webhook("https://example.org", secret_token="hush")
    with pytest.raises(Conflict):
        await bot.get_updates()


async def test_a_call_may_fail_after_its_effect(server: TelegramServer, bot: Bot) -> None:
    server.faults["sendmessage"].append(Fault(0, after_effect=True))
    with pytest.raises(NetworkError):
        await bot.send_message(CHAT, "Hello")
    assert [message.text for message in server.world.sent] == ["Hello"]
