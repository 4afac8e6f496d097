"""``python -m bot run``: every platform that is configured, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.app import Aurora, open_database, open_engine, until_failure
from bot.clock import SystemClock
from bot.config import Settings
from bot.engine_answers import Engine
from bot.errors import BotError
from bot.i18n import Translator
from bot.intake import DurableIntake
from bot.interview.messages import Inbound
from bot.interview.ports import Messenger, Previewer
from bot.metrics import CountedReplies, CountedTurns, Metrics
from bot.monitor import monitoring
from bot.packs import PackLibrary
from bot.platforms import Build, Only, platforms, received_by_one
from bot.sharing import Sharing
from bot.storage.database import Database
from bot.storage.membership import can_be_shared
from bot.storage.places import Places
from bot.storage.sole_use import sole_run
from bot.supervision import SupervisedAdapter

log = structlog.get_logger(__name__)

# A stop takes at most 10 s: twice this for turns and deliveries, this for adapters, and then up to
# 5 s for the engine's worker, which has no turn left to finish by then.
_GRACE_SECONDS = 1.5
_HEALTH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How the platforms are run.

    Args:
        only: the platforms to leave out.
        fake_engine: whether stand-ins take the models' place.
        migrate: whether an older database is brought up to date first.
    """

    only: Only = field(default_factory=Only)
    fake_engine: bool = False
    migrate: bool = False


async def run_platforms(settings: Settings, options: RunOptions) -> None:
    """Interview people on every platform that is configured, until SIGTERM or SIGINT.

    Raises:
        BotError: something is missing or broken; the message says what to do.
        PackError: the packs have faults.
    """
    builds = platforms(settings, options.only)
    packs = PackLibrary(settings.packs)
    for pack_id in packs.ids():
        packs.get(pack_id)
    metrics = Metrics()
    with _stop_signals() as stopped:
        async with (
            open_database(settings.database_url, migrate=options.migrate) as database,
            _sole_runs(database, builds),
            open_engine(settings, fake=options.fake_engine) as (engine, worker),
        ):
            running = Running(settings, packs, database, engine, builds, metrics)
            async with _monitored(settings, running, metrics):
                await until_failure(running.run_until(stopped), worker)


class Running:
    """Everything that runs at once: the message path and one supervised adapter a platform.

    Args:
        settings: the settings.
        packs: the question packs at hand.
        database: open, with its schema in place.
        engine: the way to the engine.
        builds: platform → how its adapter is built.
        metrics: what is counted.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the composition root's own parts
        self,
        settings: Settings,
        packs: PackLibrary,
        database: Database,
        engine: Engine,
        builds: Mapping[str, Build],
        metrics: Metrics,
    ) -> None:
        self._engine = engine
        self._metrics = metrics
        self._places = Places(database)
        self._messengers: dict[str, Messenger] = {}
        previewers: dict[str, Previewer] = {}
        self._sharing = self._among_others(settings, database, builds)
        self._aurora = Aurora(
            packs,
            database,
            engine,
            self._messengers,
            previewers,
            settings.locale,
            watched=partial(CountedTurns, metrics=metrics),
            sharing=self._sharing,
        )
        intake = DurableIntake(
            self._accept, self._aurora.waiting, self._aurora.taking, self._places
        )
        words = Translator.load()
        self._adapters = [
            SupervisedAdapter(name, partial(build, intake, words, packs), metrics, SystemClock())
            for name, build in builds.items()
        ]
        for adapter in self._adapters:
            counted = CountedReplies(adapter, adapter.platform, metrics)
            self._messengers[adapter.platform] = counted
            previewers[adapter.platform] = adapter

    async def run_until(self, stopped: asyncio.Event) -> None:
        """Run until `stopped` is set, then stop in order: turns, deliveries, adapters.

        Raises:
            ConfigError: a platform refuses what is configured.
            StorageError: the database cannot be used.
        """
        tasks = [asyncio.create_task(self._receive(a), name=a.platform) for a in self._adapters]
        waiting = asyncio.create_task(stopped.wait())
        try:
            if self._sharing is None:
                await self._aurora.take_up_all(self._messengers)
            else:
                share = self._sharing.run(self._aurora.dispatcher, self._aurora.delivery)
                tasks.append(asyncio.create_task(share, name="sharing"))
            log.info("run.started", platforms=list(self._messengers))
            done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            log.info("run.stopping")
            await self._aurora.stop(_GRACE_SECONDS)
            for task in (waiting, *tasks):
                task.cancel()
            await asyncio.wait({waiting, *tasks}, timeout=_GRACE_SECONDS)
            if self._sharing is not None:  # last: others may begin at once
                await self._sharing.leave()

    async def health(self) -> Mapping[str, str]:
        """Return part → what is wrong with it; an empty text where nothing is."""
        parts = {adapter.platform: self._wrong(adapter) for adapter in self._adapters}
        try:
            await self._places.cursor("health")
            parts["database"] = ""
        except BotError as error:
            parts["database"] = str(error)
        self._metrics.queue_told(await self._engine.queue())
        try:
            self._metrics.engine_told(await self._engine.health(within=_HEALTH_SECONDS))
            parts["engine"] = ""
        except BotError as error:
            parts["engine"] = str(error)
        return parts

    def _wrong(self, adapter: SupervisedAdapter) -> str:
        stands_by = self._sharing is not None and self._sharing.lead.stands_by(adapter.platform)
        return "" if stands_by else adapter.wrong

    async def _receive(self, adapter: SupervisedAdapter) -> None:
        if self._sharing is None:
            await adapter.run()
        else:
            await self._sharing.lead.run(adapter.platform, adapter.run)

    def _among_others(
        self, settings: Settings, database: Database, builds: Mapping[str, Build]
    ) -> Sharing | None:
        """Return this bot's place among those of its database; None where that is a file."""
        if not can_be_shared(database):
            return None
        return Sharing(
            database,
            answering=frozenset(builds),
            delivering=lambda: {a.platform for a in self._adapters if not a.wrong},
            received_by_one=received_by_one(settings) & builds.keys(),
        )

    async def _accept(self, inbound: Inbound) -> bool:
        is_new = await self._aurora.accept(inbound)
        if is_new:
            self._metrics.message_taken_in(inbound.account.platform)
        return is_new


@contextlib.asynccontextmanager
async def _monitored(settings: Settings, running: Running, metrics: Metrics) -> AsyncIterator[None]:
    if settings.monitor_port == "off":
        yield
        return
    host = settings.monitor_host
    async with monitoring(host, settings.monitor_port, metrics, running.health) as port:
        log.info("monitor.listening", host=host, port=port)
        yield


@contextlib.asynccontextmanager
async def _sole_runs(database: Database, builds: Mapping[str, Build]) -> AsyncIterator[None]:
    """Keep a second bot away from the platforms that this one runs on the same file."""
    async with contextlib.AsyncExitStack() as held:
        for platform in () if can_be_shared(database) else builds:
            await held.enter_async_context(sole_run(database, platform))
        yield


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        with contextlib.suppress(NotImplementedError):  # Windows raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in signals:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
