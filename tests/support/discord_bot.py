"""The whole bot on the tests' Discord: all of it is the real thing but for the models."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Self, cast

from bot.adapters.discord_adapter.adapter import DiscordAdapter
from bot.adapters.discord_adapter.settings import PLATFORM, DiscordSettings
from bot.adapters.intake import Intake
from bot.app import open_database
from bot.clock import SystemClock
from bot.config import Settings, sqlite_url
from bot.engine_client import SocketEngineClient
from bot.i18n import Translator
from bot.interview.ports import Packs
from bot.metrics import Metrics
from bot.packs import PackLibrary
from bot.platforms import Build
from bot.run import Running
from engine.contract import TurnRequest, TurnResult
from engine.progress import ObserveTurn
from engine.questions import QuestionPack
from tests.support.discord_server import TOKEN, DiscordServer
from tests.support.interview import fake_pipeline
from tests.support.packs import small_pack, write_pack

PACK_ID = "ml-core"  # the one that the bot begins with where nobody chose another


class SteadyClock(SystemClock):
    """The clock of the machine, with pauses as short as can be."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.05))


class HeldEngine:
    """Judges in place, without models; no turn goes on while `gate` is unset.

    Args:
        pack: what is asked.
        changed: told of every request.

    `requests` is what it was asked, in order.
    """

    def __init__(self, pack: QuestionPack, changed: Callable[[], Awaitable[None]]) -> None:
        self._changed = changed
        self._run = fake_pipeline(pack).run
        self.gate = asyncio.Event()
        self.gate.set()
        self.requests: list[TurnRequest] = []

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        self.requests.append(request)
        await self._changed()
        await self.gate.wait()
        return self._run(request, observe)


class DiscordBot:
    """The bot, from its start to its end; another one on the same folder goes on where it left.

    Args:
        server: the Discord that it is on.
        folder: holds its database and packs.
        message_content: whether it may read what people write in servers.
        locale: its own default language.
        token: what it signs on with.
        beside: other platforms that it is on at the same time, and what builds their adapters.
    """

    def __init__(
        self,
        server: DiscordServer,
        folder: Path,
        *,
        message_content: bool = True,
        locale: str = "en",
        token: str = TOKEN,
        beside: Mapping[str, Build] | None = None,
    ) -> None:
        self._settings = DiscordSettings(token, server.base_url, message_content)
        self._server = server
        self._url = sqlite_url(folder / "aurora.db")
        self._locale = locale
        self._beside = beside or {}
        self.packs = PackLibrary(packs_in(folder))
        self.pack = self.packs.get(PACK_ID)
        self.engine = HeldEngine(self.pack, server.changed)
        self._stop = asyncio.Event()
        self._ended = False
        self.running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        identified = self._server.gateway.heard["identify"]
        self.running = asyncio.create_task(self._run())
        await self._server.until(
            lambda: self._server.gateway.heard["identify"] > identified or self._ended
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        assert self.running is not None
        await asyncio.gather(self.running, return_exceptions=True)

    async def kill(self) -> None:
        """End it without letting it finish anything."""
        assert self.running is not None
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def _run(self) -> None:
        settings = Settings(_env_file=None, locale=self._locale)
        builds = {PLATFORM: self._adapter, **self._beside}
        # The engine's client is used through its port; only its class is another.
        engine = cast("SocketEngineClient", self.engine)
        async with open_database(self._url) as database:
            running = Running(settings, self.packs, database, engine, builds, Metrics())
            try:
                await running.run_until(self._stop)
            finally:
                self._ended = True
                await self._server.changed()

    def _adapter(self, intake: Intake, words: Translator, packs: Packs) -> DiscordAdapter:
        return DiscordAdapter(self._settings, intake, words, SteadyClock(), packs)


def packs_in(folder: Path) -> Path:
    """Write a pack of a few topics below a folder, and return the folder of packs."""
    packs = folder / "packs"
    if not packs.exists():
        files = small_pack()
        files["pack.yaml"]["id"] = PACK_ID
        write_pack(packs / PACK_ID, files)
    return packs
