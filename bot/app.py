"""The composition root: builds everything once, starts it in order, stops it in reverse.

`bot.chat` and `bot.run` use what is built here: one in the terminal, the other on platforms.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from uuid import NAMESPACE_URL, uuid5

from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.engine_answers import Engine
from bot.engine_client import SocketEngineClient
from bot.engine_process import EngineProcess, WorkerOptions
from bot.errors import ConfigError
from bot.interview.identity import CODE_LENGTH, CODE_LETTERS
from bot.interview.messages import Inbound
from bot.interview.ports import Messenger, Previewer, TurnHandler
from bot.interview.service import InterviewService
from bot.interview.state import Options
from bot.packs import PackLibrary
from bot.rush import Rush
from bot.sharing import Sharing
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.people import SqlPeople
from bot.storage.store import SqlInterviewStore
from bot.trouble import TroubleWords
from engine.fleet import is_fleet, parse_fleet

_REMOTE_ENGINE_SECONDS = 10.0
_STOPPING_SECONDS = 1.0


class Aurora:
    """The running bot: storage, engine, dispatch and delivery, wired together.

    Args:
        packs: the question packs at hand.
        database: open, with its schema in place.
        engine: the way to the engine.
        messengers: platform → who delivers there.
        previewers: platform → who shows there what is known of a reply before it is ready.
        locale: the language for people whose own is not known.
        watched: puts something around the service that sees every turn.
        sharing: what it does among other bots; None where it has the database to itself.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the composition root's own parts
        self,
        packs: PackLibrary,
        database: Database,
        engine: Engine,
        messengers: Mapping[str, Messenger],
        previewers: Mapping[str, Previewer],
        locale: str,
        watched: Callable[[TurnHandler], TurnHandler] = lambda handler: handler,
        sharing: Sharing | None = None,
    ) -> None:
        clock = SystemClock()
        self._inbox = Inbox(database, clock)
        store = SqlInterviewStore(database, clock)
        service = InterviewService(
            store=store,
            people=SqlPeople(database, clock),
            engine=engine,
            packs=packs,
            clock=clock,
            new_id=lambda event_id: uuid5(NAMESPACE_URL, f"aurora:{event_id}").hex,
            new_code=new_code,
            defaults=Options(locale=locale, pack_id=packs.usual()),
            previewers=previewers,
        )
        answers, deliveries = (sharing.answers, sharing.deliveries) if sharing else (None, None)
        self.delivery = Delivery(Outbox(database, clock), messengers, clock, deliveries)
        self.dispatcher = Dispatcher(
            inbox=self._inbox,
            handler=watched(service),
            store=store,
            clock=clock,
            trouble_notice=TroubleWords(store, locale),
            on_commit=(deliveries or self.delivery).ring,
            permit=answers,
        )
        self._rush = Rush((answers or self.dispatcher).ring)

    async def take_up(self, platform: str, conversation: str) -> None:
        """Go on with what a conversation was left with when the bot last ended.

        Other conversations are left alone: another process may be holding them just now.
        """
        self.delivery.ring(platform, conversation)
        self.dispatcher.ring(platform, conversation)

    async def take_up_all(self, platforms: Collection[str]) -> None:
        """Go on with everything that these platforms were left with when the bot last ended.

        Only for a bot that has the database to itself; one of several claims it.

        Raises:
            StorageError: the database cannot be used.
        """
        await self.delivery.start()
        await self.dispatcher.start(platforms)

    async def stop(self, grace: float = _STOPPING_SECONDS) -> None:
        """Let what is under way finish for `grace` seconds; the rest is for the next start."""
        await self.dispatcher.stop(grace)
        await self.delivery.stop(grace)

    async def submit(self, inbound: Inbound) -> None:
        """Store a message durably; it is answered in turn.

        Raises:
            StorageError: the database cannot be used.
        """
        await self.accept(inbound)

    async def accept(self, inbound: Inbound) -> bool:
        """Store a message durably; returns False where it is known already.

        Raises:
            StorageError: the database cannot be used.
        """
        is_new = await self._inbox.accept(inbound)
        self._rush.ring(inbound.account.platform, inbound.conversation)
        return is_new

    def taking(self) -> contextlib.AbstractContextManager[None]:
        """Have turns wait, within reason, while many messages are being taken in (`Rush`)."""
        return self._rush.taking()

    async def settled(self, platform: str, conversation: str) -> None:
        """Return when every message of a conversation has been answered and delivered."""
        await self.dispatcher.idle(platform, conversation)
        await self.delivery.idle(platform, conversation)

    async def waiting(self, platform: str, conversation: str) -> int:
        """Return how many messages of a conversation wait for their answer."""
        return await self._inbox.waiting(platform, conversation)


async def until_failure(work: Coroutine[None, None, None], worker: EngineProcess | None) -> None:
    """Run `work`; end it early, with the worker's error, when the worker cannot be started."""
    working = asyncio.create_task(work)
    tasks = {working} if worker is None else {working, asyncio.create_task(worker.wait())}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def open_database(url: str, *, migrate: bool = False) -> AsyncIterator[Database]:
    """Open the database, making its tables where it is new.

    Args:
        url: where it is.
        migrate: whether tables of an older version are brought up to date; those of another
            program are left alone.

    Raises:
        DatabaseOutdatedError: its tables are another version's.
        StorageError: it cannot be used.
    """
    database = Database(url)
    try:
        if await database.is_empty() or (migrate and not await database.is_foreign()):
            await database.upgrade()
        await database.check_schema()
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def open_engine(
    settings: Settings, *, fake: bool = False
) -> AsyncIterator[tuple[Engine, EngineProcess | None]]:
    """Reach the engine: a worker of the bot's own, or the one at ``ENGINE_URL``, or a fleet there.

    Raises:
        ConfigError: ``ENGINE_URL`` is none, or what a fleet needs is not installed.
        EngineUnavailableError: nobody answers at ``ENGINE_URL``.
    """
    if is_fleet(settings.engine_url):
        async with _open_fleet(settings) as fleet:
            yield fleet, None
        return
    if settings.engine_url:
        remote = SocketEngineClient(settings.engine_url, timeout=settings.turn_timeout)
        try:
            await remote.health(within=_REMOTE_ENGINE_SECONDS)
            yield remote, None
        finally:
            await remote.close()
        return
    worker = EngineProcess(worker_options(settings, fake=fake))
    client = SocketEngineClient(
        worker.address, timeout=settings.turn_timeout, failure=lambda: worker.failure
    )
    worker.start()
    try:
        yield client, worker
    finally:
        await client.close()
        await worker.stop()


@contextlib.asynccontextmanager
async def _open_fleet(settings: Settings) -> AsyncIterator[Engine]:
    """Reach the server of a fleet; its workers may come and go."""
    try:
        from bot.fleet_client import FleetEngineClient  # noqa: PLC0415 - only fleets need NATS

        address = parse_fleet(settings.engine_url)
    except ImportError as error:
        raise ConfigError(f"ENGINE_URL: {error}; run: pip install '.[fleet]'") from None
    except ValueError as error:
        raise ConfigError(f"ENGINE_URL: {error}") from None
    fleet = FleetEngineClient(address, timeout=settings.turn_timeout)
    try:
        await fleet.reach(within=_REMOTE_ENGINE_SECONDS)
        yield fleet
    finally:
        await fleet.close()


def worker_options(settings: Settings, *, fake: bool = False) -> WorkerOptions:
    """Return what a worker of the bot's own is started with."""
    return WorkerOptions(
        packs=settings.packs,
        weights=settings.weights,
        device=settings.device,
        fake=fake,
        verifier=settings.verifier,
        verifier_key=settings.verifier_key.get_secret_value(),
        generator=settings.generator,
        generator_key=settings.generator_key.get_secret_value(),
    )


def new_code() -> str:
    """Return a random code for linking accounts."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
