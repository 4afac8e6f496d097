"""The whole bot on the tests' Telegram: all of it is the real thing but for the models."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self, cast

from bot.adapters.intake import Intake
from bot.adapters.telegram_adapter.adapter import TelegramAdapter
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.adapters.telegram_adapter.updates import PLATFORM
from bot.app import open_database
from bot.clock import WakingClock
from bot.config import Settings, sqlite_url
from bot.engine_client import SocketEngineClient
from bot.i18n import Translator
from bot.interview.ports import EngineClient, Packs
from bot.metrics import Metrics
from bot.packs import PackLibrary
from bot.run import Running
from engine.contract import TurnRequest, TurnResult
from engine.progress import ObserveTurn
from engine.questions import QuestionPack
from tests.support.interview import fake_pipeline
from tests.support.packs import small_pack, write_pack
from tests.support.telegram_server import TOKEN, TelegramServer

PACK_ID = "ml-core"  # the one that the bot begins with where nobody chose another


class HeldEngine:
    """Judges in place, without models; no turn goes on while `gate` is closed.

    `requests` is what it was asked, in order.
    """

    def __init__(self, pack: QuestionPack) -> None:
        self._run = fake_pipeline(pack).run
        self.gate = asyncio.Event()
        self.gate.set()
        self.requests: list[TurnRequest] = []

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        self.requests.append(request)
        await self.gate.wait()
        return self._run(request, observe)


class TelegramBot:
    """The bot, from its start to its end; another one on the same folder goes on where it left.

    Args:
        server: the Telegram that it is on.
        folder: holds its database and packs.
        clock: what the adapter's pauses and limits go by, as the server's do.
        engine: judges and answers; a held one without models by default.
        packs: the packs at hand; a small one by default.
    """

    def __init__(
        self,
        server: TelegramServer,
        folder: Path,
        clock: WakingClock,
        engine: EngineClient | None = None,
        packs: PackLibrary | None = None,
    ) -> None:
        self._settings = TelegramSettings(TOKEN, server.base_url)
        self._server = server
        self._url = sqlite_url(folder / "aurora.db")
        self._clock = clock
        self._packs = packs or small_packs(folder)
        self.held = HeldEngine(self._packs.get(PACK_ID))
        self._engine = engine or self.held
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        fetches = len(self._server.called("getUpdates"))
        self._running = asyncio.create_task(self._run())
        await self._server.world.until(lambda: len(self._server.called("getUpdates")) > fetches)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        assert self._running is not None
        await self._running

    async def _run(self) -> None:
        settings = Settings(_env_file=None, locale="en")
        # The engine's client is used through its port; only its class is another.
        engine = cast("SocketEngineClient", self._engine)
        async with open_database(self._url) as database:
            builds = {PLATFORM: self._adapter}
            running = Running(settings, self._packs, database, engine, builds, Metrics())
            await running.run_until(self._stop)

    def _adapter(self, intake: Intake, words: Translator, _packs: Packs) -> TelegramAdapter:
        return TelegramAdapter(self._settings, intake, words, self._clock)


def small_packs(folder: Path) -> PackLibrary:
    """Return packs with one of a few topics, written below a folder."""
    packs = folder / "packs"
    if not packs.exists():
        files = small_pack()
        files["pack.yaml"]["id"] = PACK_ID
        write_pack(packs / PACK_ID, files)
    return PackLibrary(packs)
