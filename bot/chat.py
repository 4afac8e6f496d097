"""``python -m bot chat``: one interview in the terminal, from its opening to its pause or end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.adapters.console_adapter.core import PLATFORM, ConsoleFace, conversation_of
from bot.adapters.console_adapter.faces import FaceStyle, make_face
from bot.app import Aurora, open_database, open_engine, until_failure
from bot.clock import SystemClock
from bot.config import Settings
from bot.engine_answers import Engine
from bot.errors import ConfigError
from bot.i18n import Translator
from bot.interview.messages import Account, Action, Inbound
from bot.interview.ports import Clock
from bot.packs import PackLibrary
from bot.patience import settle
from bot.storage.sole_use import sole_use
from engine.outcomes import Style, style_in, wording

# Whoever has left waits no longer than this for the last answers, in seconds.
_LEAVING_SECONDS = 3.0


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


async def run_chat(settings: Settings, chat: ChatOptions) -> None:
    """Hold an interview in the terminal until the person leaves or the input ends.

    Raises:
        BotError: something is missing or broken; the message says what to do.
        PackError: the packs have faults.
    """
    locale = chat.chosen.get("locale", settings.locale)
    style = style_in(locale, chat.chosen.get("style"))
    packs = PackLibrary(settings.packs)
    _check_choice(packs, chat.chosen, locale, style)
    clock = SystemClock()
    spoken = wording(locale, style)
    face = make_face(chat.style, chat.user_name, spoken, Translator.load(), clock)
    async with (
        open_database(settings.database_url, migrate=chat.migrate) as database,
        sole_use(database, chat.user_name),
        open_engine(settings, fake=chat.fake_engine) as (engine, worker),
    ):
        aurora = Aurora(packs, database, engine, {PLATFORM: face}, {PLATFORM: face}, locale)
        try:
            if not face.offers_resume:
                # Nobody watches: a script is told that the engine cannot start, and nothing else.
                await until_failure(_ready(engine), worker)
            # As long as a message is tried, tried again, and another worker may be started.
            patience = 2 * settings.turn_timeout + 60
            await until_failure(_converse(aurora, face, chat, clock, patience), worker)
        finally:
            await aurora.stop()


def _check_choice(packs: PackLibrary, chosen: Mapping[str, str], locale: str, style: Style) -> None:
    """Refuse at once what could only fail later.

    Raises:
        UnknownPackError: there is no such pack.
        PackError: the pack has faults.
        ConfigError: the pack has no such topic, language or style.
    """
    pack = packs.get(chosen.get("pack", packs.usual()))
    topic = chosen.get("start_topic")
    if topic is not None and topic not in pack:
        known = ", ".join(t.id for t in pack)
        raise ConfigError(f"pack {pack.id} has no topic {topic!r}; it has {known}")
    if locale not in pack.locales:
        raise ConfigError(f"pack {pack.id} is written in {', '.join(pack.locales)}, not {locale}")
    if not pack.speaks(locale, style):
        raise ConfigError(f"pack {pack.id} is not written in {style}; leave --style out")


async def _ready(engine: Engine) -> None:
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
