"""The composition root: builds everything once, starts it in order, stops it in reverse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from bot.adapters.console_adapter import FaceStyle, make_face
from bot.adapters.console_core import PLATFORM, ConsoleFace, conversation_of
from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.engine_client import SocketEngineClient
from bot.engine_process import EngineProcess, WorkerOptions
from bot.errors import ConfigError
from bot.i18n import Translator
from bot.interview.messages import Account, Action, Inbound
from bot.interview.ports import Clock, Messenger
from bot.interview.service import InterviewService
from bot.interview.state import Options
from bot.packs import PackLibrary
from bot.patience import settle
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.sole_use import sole_use
from bot.storage.store import SqlInterviewStore
from bot.trouble import TroubleWords

DEFAULT_PACK = "ml-core"
_REMOTE_ENGINE_SECONDS = 10.0
# Whoever has left waits no longer than this for the last answers, in seconds.
_LEAVING_SECONDS = 3.0
_STOPPING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How an interview in the terminal is held.

    Args:
        style: the face.
        user_name: who sits there.
        chosen: what was chosen on the command line, by option name.
        new: whether to begin a new interview although one is open.
        fake_engine: whether stand-ins take the models' place.
        migrate: whether an older database is brought up to date first.
    """

    style: FaceStyle
    user_name: str
    chosen: Mapping[str, str]
    new: bool = False
    fake_engine: bool = False
    migrate: bool = False


class Aurora:
    """The running bot: storage, engine, dispatch and delivery, wired together.

    Args:
        packs: the question packs at hand.
        database: open, with its schema in place.
        engine: the way to the engine.
        messengers: platform → who delivers there.
        locale: the language for people whose own is not known.
    """

    def __init__(
        self,
        packs: PackLibrary,
        database: Database,
        engine: SocketEngineClient,
        messengers: Mapping[str, Messenger],
        locale: str,
    ) -> None:
        clock = SystemClock()
        self._inbox = Inbox(database, clock)
        store = SqlInterviewStore(database, clock)
        service = InterviewService(
            store=store,
            engine=engine,
            packs=packs,
            clock=clock,
            new_id=lambda event_id: uuid5(NAMESPACE_URL, f"aurora:{event_id}").hex,
            defaults=Options(locale=locale, pack_id=DEFAULT_PACK),
        )
        self.delivery = Delivery(Outbox(database, clock), messengers, clock)
        self.dispatcher = Dispatcher(
            inbox=self._inbox,
            handler=service,
            store=store,
            clock=clock,
            trouble_notice=TroubleWords(store, locale),
            on_commit=self.delivery.ring,
        )

    async def take_up(self, platform: str, conversation: str) -> None:
        """Go on with what a conversation was left with when the bot last ended.

        Other conversations are left alone: another process may be holding them just now.
        """
        self.delivery.ring(platform, conversation)
        self.dispatcher.ring(platform, conversation)

    async def stop(self, grace: float = _STOPPING_SECONDS) -> None:
        """Let what is under way finish for `grace` seconds; the rest is for the next start."""
        await self.dispatcher.stop(grace)
        await self.delivery.stop(grace)

    async def submit(self, inbound: Inbound) -> None:
        """Store a message durably; it is answered in turn.

        Raises:
            StorageError: the database cannot be used.
        """
        await self._inbox.accept(inbound)
        self.dispatcher.ring(inbound.account.platform, inbound.conversation)

    async def settled(self, platform: str, conversation: str) -> None:
        """Return when every message of a conversation has been answered and delivered."""
        await self.dispatcher.idle(platform, conversation)
        await self.delivery.idle(platform, conversation)

    async def waiting(self, platform: str, conversation: str) -> int:
        """Return how many messages of a conversation wait for their answer."""
        return await self._inbox.waiting(platform, conversation)


async def run_chat(settings: Settings, chat: ChatOptions) -> None:
    """Hold an interview in the terminal until the person leaves or the input ends.

    Raises:
        BotError: something is missing or broken; the message says what to do.
        PackError: the packs have faults.
    """
    locale = chat.chosen.get("locale", settings.locale)
    packs = PackLibrary(settings.packs)
    _check_choice(packs, chat.chosen, locale)
    clock = SystemClock()
    face = make_face(chat.style, chat.user_name, locale, Translator.load(), clock)
    async with (
        open_database(settings.database_url, migrate=chat.migrate) as database,
        sole_use(database, chat.user_name),
        open_engine(settings, fake=chat.fake_engine) as (engine, worker),
    ):
        aurora = Aurora(packs, database, engine, {PLATFORM: face}, locale)
        try:
            if not face.offers_resume:
                # Nobody watches: a script is told that the engine cannot start, and nothing else.
                await _until_failure(_ready(engine), worker)
            # As long as a message is tried, tried again, and another worker may be started.
            patience = 2 * settings.turn_timeout + 60
            await _until_failure(_converse(aurora, face, chat, clock, patience), worker)
        finally:
            await aurora.stop()


def _check_choice(packs: PackLibrary, chosen: Mapping[str, str], locale: str) -> None:
    """Refuse at once what could only fail later.

    Raises:
        UnknownPackError: there is no such pack.
        PackError: the pack has faults.
        ConfigError: the pack has no such topic or language.
    """
    pack = packs.get(chosen.get("pack", DEFAULT_PACK))
    topic = chosen.get("start_topic")
    if topic is not None and topic not in pack:
        known = ", ".join(t.id for t in pack)
        raise ConfigError(f"pack {pack.id} has no topic {topic!r}; it has {known}")
    if locale not in pack.locales:
        raise ConfigError(f"pack {pack.id} is written in {', '.join(pack.locales)}, not {locale}")


async def _ready(engine: SocketEngineClient) -> None:
    await engine.health()


async def _converse(
    aurora: Aurora, face: ConsoleFace, chat: ChatOptions, clock: Clock, patience: float
) -> None:
    """Open the interview, hold it, and pause it when the person leaves."""
    here = (PLATFORM, conversation_of(chat.user_name))
    settled = partial(aurora.settled, *here)
    if not face.offers_resume:  # somebody who is there leaves when it takes too long
        settled = partial(settle, settled, partial(aurora.waiting, *here), patience)
    await face.take_up(partial(aurora.take_up, *here), settled)
    offer = {"offer": "yes"} if face.offers_resume else {}
    opening = Action.NEW if chat.new else Action.OPEN
    await aurora.submit(_event(chat, clock, opening, {**chat.chosen, **offer}))
    await face.run(aurora.submit, settled)
    await aurora.submit(_event(chat, clock, Action.PAUSE, {}))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LEAVING_SECONDS if face.left else None):
            await settled()


def _event(chat: ChatOptions, clock: Clock, action: Action, options: Mapping[str, str]) -> Inbound:
    moment = clock.now()
    return Inbound(
        event_id=f"{action.value}-{moment.timestamp():.6f}",
        account=Account(PLATFORM, chat.user_name),
        conversation=conversation_of(chat.user_name),
        text="",
        received_at=moment,
        action=action,
        options=options,
    )


async def _until_failure(work: Coroutine[None, None, None], worker: EngineProcess | None) -> None:
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
) -> AsyncIterator[tuple[SocketEngineClient, EngineProcess | None]]:
    """Reach the engine: a worker of the bot's own, or the one at ``ENGINE_URL``.

    Raises:
        EngineUnavailableError: nobody answers at ``ENGINE_URL``.
    """
    if settings.engine_url:
        remote = SocketEngineClient(settings.engine_url, timeout=settings.turn_timeout)
        try:
            await remote.health(within=_REMOTE_ENGINE_SECONDS)
            yield remote, None
        finally:
            await remote.close()
        return
    options = WorkerOptions(settings.packs, settings.weights, settings.device, fake)
    worker = EngineProcess(options)
    client = SocketEngineClient(
        worker.address, timeout=settings.turn_timeout, failure=lambda: worker.failure
    )
    worker.start()
    try:
        yield client, worker
    finally:
        await client.close()
        await worker.stop()
