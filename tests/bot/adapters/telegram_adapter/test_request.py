"""The transport: what goes wrong on the way is the library's own error, without the token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut

from bot.adapters.telegram_adapter.request import AiohttpRequest
from bot.clock import SystemClock
from tests.support.telegram_server import TOKEN, Fault, TelegramServer
from tests.support.telegram_world import Person


@asynccontextmanager
async def wired(answer_seconds: float = 20.0) -> AsyncIterator[tuple[TelegramServer, Bot, Person]]:
    """Give a server, the library's bot on this transport, and somebody to write to."""
    async with TelegramServer(SystemClock()) as server:
        request = AiohttpRequest(4, answer_seconds)
        bot = Bot(TOKEN, base_url=server.base_url, request=request)
        try:
            yield server, bot, server.world.person()
        finally:
            await request.shutdown()


async def test_texts_arrive_as_they_are() -> None:
    async with wired() as (_, bot, person):
        await bot.send_message(person.id, "손실 함수 & 100 % + “quotes”\n🙂")
        assert person.received[0].text == "손실 함수 & 100 % + “quotes”\n🙂"


async def test_files_arrive_with_their_names_and_captions() -> None:
    async with wired() as (_, bot, person):
        file = InputFile(b"# Report \xf0\x9f\x93\x84", filename="보고서.md")
        await bot.send_document(person.id, file, caption="다 됐어")
        (sent,) = person.received
        assert sent.file == ("보고서.md", b"# Report \xf0\x9f\x93\x84")
        assert sent.text == "다 됐어"


async def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    async with wired(answer_seconds=0.05) as (server, bot, person):
        never = asyncio.Event()
        server.faults["sendmessage"].append(Fault(200, gate=never))
        with pytest.raises(TimedOut):
            await bot.send_message(person.id, "hello")
        never.set()


async def test_a_call_may_wait_longer_than_others() -> None:
    async with wired(answer_seconds=0.05) as (server, bot, person):
        later = asyncio.Event()
        server.faults["sendmessage"].append(Fault(200, gate=later))
        asyncio.get_running_loop().call_later(0.2, later.set)
        await bot.send_message(person.id, "hello", read_timeout=20)
        assert len(person.received) == 1


async def test_a_connection_that_breaks_says_nothing_of_the_token() -> None:
    async with wired() as (server, bot, person):
        server.faults["sendmessage"].append(Fault(0))
        with pytest.raises(NetworkError) as broken:
            await bot.send_message(person.id, "hello")
        assert TOKEN.partition(":")[2] not in f"{broken.value!r} {broken.value.__cause__!r}"


async def test_after_the_end_nothing_is_sent_until_it_is_opened_again() -> None:
    async with wired() as (_, bot, person):
        await bot.send_chat_action(person.id, "typing")
        await bot.request.shutdown()
        with pytest.raises(NetworkError):
            await bot.send_message(person.id, "meanwhile")
        await bot.request.initialize()
        await bot.send_message(person.id, "after")
        assert [message.text for message in person.received] == ["after"]


async def test_more_calls_than_connections_all_arrive() -> None:
    async with wired() as (server, bot, person):
        people = [server.world.person(number) for number in range(100, 120)]
        await asyncio.gather(*(bot.send_chat_action(one.id, "typing") for one in people))
        assert sorted(server.world.typing) == [one.id for one in people]
        assert person.received == []
