"""Runs a face of the terminal with a bot that answers at once: ``… console_child.py STYLE``."""

from __future__ import annotations

import asyncio
import sys

from bot.adapters.console_adapter.faces import FaceStyle, make_face
from bot.clock import SystemClock
from bot.i18n import Translator
from tests.support.console import InstantBot


async def main() -> None:
    """Hold the conversation."""
    style = FaceStyle(sys.argv[1])
    face = make_face(style, "ada", "ko", Translator.load(strict=True), SystemClock())
    bot = InstantBot(face)
    await face.run(bot.submit, bot.settled)


asyncio.run(main())
