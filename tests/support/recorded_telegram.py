"""Plays the script of a transcript on Telegram, and tells what was said on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bot.clock import SystemClock
from tests.support.bot_process import BotProcess
from tests.support.command import PATIENCE
from tests.support.telegram_server import TOKEN, TelegramServer
from tests.support.telegram_world import Person, SentMessage
from tests.support.transcripts import Ending, Kind, Step

_STICKER = {
    **{"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1},
    **{"is_animated": False, "is_video": False},
}


async def record(
    steps: Sequence[Step], language: str, folder: Path, *, models: bool = True
) -> list[str]:
    """Return what a private chat holds once somebody has done all that a script says.

    Args:
        steps: the script.
        language: of the person's client.
        folder: home of the bot.
        models: whether the bundled models judge and speak.

    Raises:
        TimeoutError: a reply did not come.
    """
    async with TelegramServer(SystemClock()) as server, AsyncExitStack() as started:
        settings = {"AURORA_TELEGRAM_TOKEN": TOKEN, "AURORA_TELEGRAM_BASE_URL": server.base_url}
        bot = BotProcess(folder, settings, models=models)
        person, blocks = server.world.person(language=language), []
        await started.enter_async_context(bot)
        for step in steps:
            blocks.append(step.line)
            if step.kind is Kind.RESTART:
                await started.aclose()
                await started.enter_async_context(bot)
            else:
                blocks += await _replies(person, step)
    assert server.violations == []
    return blocks


async def _replies(person: Person, step: Step) -> list[str]:
    """Do one step, and return the messages that it is answered with."""
    before = len(person.received)
    if step.kind is Kind.PRESS:
        person.press(step.text)
    elif step.kind is Kind.SHOW:
        person.send(sticker=_STICKER)
    else:
        person.say(step.text)
    await person.world.until(
        lambda: any(_ends(message, step.ending) for message in person.received[before:]), PATIENCE
    )
    return [_drawn(message) for message in person.received[before:]]


def _ends(message: SentMessage, ending: Ending) -> bool:
    if ending is Ending.FILE:
        return message.file is not None
    return ending is Ending.WORDS or bool(message.keyboard)


def _drawn(message: SentMessage) -> str:
    """Return a message as a transcript shows it."""
    rows = [" ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
    named = [f"📎 {message.file[0]}"] if message.file else []
    return "\n".join([*named, message.text, *rows])
