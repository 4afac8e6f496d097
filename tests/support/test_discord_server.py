"""The tests' Discord refuses what Discord refuses, and keeps its promises about connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.support import discord_interactions
from tests.support.discord_interactions import COMMAND, Interaction
from tests.support.discord_server import TOKEN, DiscordServer
from tests.support.discord_world import Channel, Payload

_INTENTS = 1 << 0 | 1 << 9 | 1 << 12 | 1 << 15  # servers, messages there and direct, their content
_BUTTON = {"type": 2, "style": 1, "label": "Press"}


class Caller:
    """A client of the API that heeds no limit.

    Args:
        server: the Discord.
        session: the way there.
    """

    def __init__(self, server: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self._session = session
        self.direct: Channel = server.direct(server.person("Ada"))

    async def call(
        self, path: str, body: Payload, token: str = TOKEN, method: str = "POST"
    ) -> tuple[int, Any]:
        """Make a call; return its status, and the answer or the code of the error."""
        headers = {"Authorization": f"Bot {token}"}
        address = f"{self.server.base_url}{path}"
        async with self._session.request(method, address, json=body, headers=headers) as found:
            return found.status, await found.json() if found.content_type.endswith("json") else None

    async def say(self, **body: Any) -> tuple[int, Any]:
        """Send a message to a direct conversation."""
        return await self.call(f"/channels/{self.direct.id}/messages", body)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Connect to the gateway."""
        async with self._session.ws_connect(self.server.gateway.address) as socket:
            assert (await socket.receive_json())["op"] == 10
            yield socket


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        yield Caller(server, session)


@pytest.mark.parametrize(
    "body",
    [
        {"content": ""},
        {"content": "a" * 2_001},
        {"content": "a", "nonce": "n" * 26},
        {"embeds": [{"description": "a" * 4_097}]},
        {"embeds": [{"description": "a" * 4_000}, {"description": "a" * 2_001}]},
        {"content": "a", "components": [{"components": [{**_BUTTON, "custom_id": "i" * 101}]}]},
        {
            "content": "a",
            "components": [{"components": [{**_BUTTON, "custom_id": "same"} for _ in range(2)]}],
        },
    ],
)
async def test_a_message_beyond_the_limits_is_refused(caller: Caller, body: Payload) -> None:
    status, _ = await caller.say(**body)
    assert status == 400
    assert caller.direct.from_bot() == []


async def test_a_nonce_that_is_enforced_makes_one_message_of_two(caller: Caller) -> None:
    sent = [await caller.say(content="a", nonce="7", enforce_nonce=True) for _ in range(2)]
    assert sent[0][1]["id"] == sent[1][1]["id"]
    assert len(caller.direct.from_bot()) == 1


async def test_more_messages_than_a_channel_takes_are_told_how_long_to_wait(caller: Caller) -> None:
    answers = [await caller.say(content="a") for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert 0 < answers[5][1]["retry_after"] <= 5
    assert caller.server.rest.buckets.broken == 1


async def test_more_calls_than_fifty_a_second_are_refused_altogether(caller: Caller) -> None:
    path = f"/channels/{caller.direct.id}/typing"
    calls = await asyncio.gather(*(caller.call(path, {}) for _ in range(51)))
    refused = [body for status, body in calls if status == 429]
    assert [body["global"] for body in refused] == [True]


async def test_what_there_is_not_and_who_has_no_token_is_refused(caller: Caller) -> None:
    assert (await caller.call("/telepathy", {}))[0] == 404
    assert caller.server.rest.unknown == ["POST /telepathy"]
    assert (await caller.call("/users/@me", {}, "another", "GET"))[0] == 401


async def test_an_interaction_is_acknowledged_once_and_in_time(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked() -> Interaction:
        data = {"name": "hint"}
        person = caller.direct.recipient
        assert person is not None
        return await caller.server.interactions.send(COMMAND, person, caller.direct, data)

    async def acknowledge(sent: Interaction) -> int:
        path = f"/interactions/{sent.id}/{sent.token}/callback"
        return (await caller.call(path, {"type": 5}))[0]

    sent = await asked()
    assert [await acknowledge(sent), await acknowledge(sent)] == [200, 400]
    monkeypatch.setattr(discord_interactions, "DEADLINE_SECONDS", 0.0)
    assert await acknowledge(await asked()) == 404


async def test_a_session_is_resumed_with_what_was_missed_or_is_invalid(caller: Caller) -> None:
    def packet(op: int, **data: Any) -> str:
        return json.dumps({"op": op, "d": data})

    async with caller.connection() as socket:
        await socket.send_str(packet(2, token=TOKEN, intents=_INTENTS))
        ready = await socket.receive_json()
    await caller.say(content="missed")
    session = ready["d"]["session_id"]
    async with caller.connection() as socket:
        await socket.send_str(packet(6, token=TOKEN, session_id=session, seq=ready["s"]))
        missed = await socket.receive_json()
        assert (missed["t"], missed["d"]["content"]) == ("MESSAGE_CREATE", "missed")
        assert (await socket.receive_json())["t"] == "RESUMED"
    async with caller.connection() as socket:
        await socket.send_str(packet(6, token=TOKEN, session_id="another", seq=1))
        assert await socket.receive_json() == {"op": 9, "d": False, "t": None, "s": None}


async def test_a_connection_of_a_wrong_token_is_closed(caller: Caller) -> None:
    async with caller.connection() as socket:
        await socket.send_str(json.dumps({"op": 2, "d": {"token": "another", "intents": 0}}))
        await socket.receive()
        assert socket.close_code == 4004
