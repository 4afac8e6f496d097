"""The terminal as a platform: chooses the face that fits and puts it together.

Three faces share one core: rich (`rich_face`), plain (`plain_face`), JSON (`json_face`).
They translate and decide nothing; see `core.ConsoleFace` for what the program calls.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from enum import StrEnum

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.core import ConsoleFace, ConsoleInput
from bot.adapters.console_adapter.json_face import JsonFace
from bot.adapters.console_adapter.lines import LineLoop, LineReader
from bot.adapters.console_adapter.output import LineOutput
from bot.adapters.console_adapter.plain_face import PlainFace
from bot.errors import RecipientGoneError
from bot.i18n import Translator
from bot.interview.ports import Clock
from bot.presentation import Presenter


class FaceStyle(StrEnum):
    """How the interview looks in the terminal."""

    RICH = "rich"
    PLAIN = "plain"
    JSON = "json"


def make_face(
    style: FaceStyle, user_name: str, locale: str, translator: Translator, clock: Clock
) -> ConsoleFace:
    """Return a face on this process's own standard input and output.

    The rich face needs a terminal that can draw; without one the plain face takes its place.

    Args:
        style: which face.
        user_name: who sits at the terminal.
        locale: the language until the first reply says otherwise.
        translator: the texts.
        clock: the time.
    """
    presenter = Presenter(translator, TypedCommands())
    typed = ConsoleInput(user_name, clock)
    interactive = sys.stdin.isatty()
    draws = interactive and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if style is FaceStyle.RICH and draws:
        # Imported here: the other faces start quicker without the terminal libraries.
        from bot.adapters.console_adapter.rich_face import RichFace  # noqa: PLC0415

        return RichFace(typed, presenter, locale)
    reader = LineReader(sys.stdin.fileno())
    if style is FaceStyle.JSON:
        loop = LineLoop(reader, typed, interactive=interactive)
        output = LineOutput(sys.stdout, "utf-8")
        return JsonFace(loop, output, LineOutput(sys.stderr), presenter)
    output = LineOutput(sys.stdout)

    def ask() -> None:
        with suppress(RecipientGoneError):  # the loop has been told
            output.write(f"{translator.text(face.locale or locale, 'console.you')} ▸ ")

    loop = LineLoop(reader, typed, interactive=interactive, ask=ask)
    face = PlainFace(loop, output, presenter)
    return face
