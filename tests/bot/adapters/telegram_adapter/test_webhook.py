"""The webhook: only Telegram gets in, and an update is taken only when it has been committed."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import ConfigError, StorageError
from tests.support.telegram_stage import Stage, on_telegram

URL = "https://bot.example.org/telegram/updates"
SECRET = "a-secret_of-Telegrams"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def listening(host: str = "127.0.0.1") -> AsyncIterator[tuple[Stage, str]]:
    """Run an adapter with a webhook; yield it and the address behind the reverse proxy."""
    port = free_port()
    settings: dict[str, str | int] = {"webhook_url": URL, "webhook_secret": SECRET}
    where: dict[str, str | int] = {"webhook_host": host, "webhook_port": port}
    async with on_telegram(None, **settings, **where) as stage, stage.running():
        await stage.world.until(lambda: bool(stage.server.called("setWebhook")))
        await _open(host, port)
        yield stage, f"http://{host}:{port}"


async def _open(host: str, port: int) -> None:
    """Return as soon as somebody listens."""
    async with aiohttp.ClientSession() as session:
        for _ in range(1_000):
            try:
                async with session.get(f"http://{host}:{port}/nothing-here"):
                    return
            except aiohttp.ClientConnectionError:
                continue
    raise AssertionError("nobody listens")


async def test_telegram_is_told_where_to_send_what_and_with_which_secret() -> None:
    async with listening() as (stage, _):
        (call,) = stage.server.called("setWebhook")
        assert call["url"] == URL
        assert call["secret_token"] == SECRET
        assert "callback_query" in call["allowed_updates"]
        assert stage.server.called("getUpdates") == []


async def test_updates_are_taken_in_order() -> None:
    async with listening() as (stage, proxy):
        person = stage.world.person()
        for number in range(5):
            person.say(str(number))
        assert await stage.server.push(proxy) == [200] * 5
        assert [m.text for m in stage.intake.submitted] == list("01234")


@pytest.mark.parametrize("secret", ["", "guessed", SECRET + "x"])
async def test_nobody_else_gets_in(secret: str) -> None:
    async with listening() as (stage, proxy):
        stage.world.person().say("not from Telegram")
        assert await stage.server.push(proxy, secret) == [403]
        assert stage.intake.submitted == []


async def test_what_could_not_be_committed_is_sent_again() -> None:
    async with listening() as (stage, proxy):
        stage.intake.failures.append(StorageError("disk full"))
        stage.world.person().say("keep me")
        assert await stage.server.push(proxy) == [503]
        assert await stage.server.push(proxy) == [200]
        assert [m.text for m in stage.intake.submitted] == ["keep me"]


async def test_what_is_sent_again_counts_once() -> None:
    async with listening() as (stage, proxy):
        message = stage.world.person().say("once")
        stage.world.post(message=message)
        assert await stage.server.push(proxy) == [200, 200]
        assert len(stage.intake.submitted) == 1


async def test_a_malformed_update_is_taken_and_skipped() -> None:
    async with listening() as (stage, proxy):
        stage.world.post(message={"text": "no chat"})
        stage.world.person().say("hello")
        assert await stage.server.push(proxy) == [200, 200]
        assert [m.text for m in stage.intake.submitted] == ["hello"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b"3"])
async def test_what_is_no_update_at_all_is_skipped(body: bytes) -> None:
    async with listening() as (_, proxy), aiohttp.ClientSession() as session:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        address = proxy + "/telegram/updates"
        async with session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 200


async def test_updates_are_taken_at_the_address_that_is_set() -> None:
    async with listening("127.0.0.2") as (stage, proxy):
        stage.world.person().say("hello")
        assert await stage.server.push(proxy) == [200]
        await stage.intake.took(1)


async def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings: dict[str, str | int] = {"webhook_url": URL, "webhook_secret": SECRET}
        async with on_telegram(None, **settings, webhook_port=port) as stage:
            with pytest.raises(ConfigError, match="AURORA_TELEGRAM_WEBHOOK_PORT"):
                await stage.adapter.run()
