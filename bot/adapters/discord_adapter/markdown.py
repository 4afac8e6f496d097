"""Writes lines as Discord's markdown: what a person wrote shows as it is, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.adapters.emphasis import Emphasis, spans
from bot.lines import Line, Tone

# Addresses and the names of commands (`</hint:1>`) are kept whole.
_WHOLE = re.compile(r"(https?://\S+|</[^<>\n]+:\d+>)")
_BLOCK = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
_MARKS = re.compile(r"([\\*_~|`])")
_AT_START = re.compile(r"^(\s*)(>|#|-#)")
_AROUND = {Emphasis.BOLD: "**", Emphasis.ITALIC: "*", Emphasis.CODE: "`"}


def plain(text: str) -> str:
    """Return a text in which nothing is taken for markdown, but for a list's own dash."""
    pieces = _WHOLE.split(text)
    written = "".join(
        piece if number % 2 else _MARKS.sub(r"\\\1", piece) for number, piece in enumerate(pieces)
    )
    return _AT_START.sub(r"\1\\\2", written)


def spoken(text: str) -> str:
    """Return an utterance with its emphasis and its blocks of code; formulas stay as they are."""
    pieces = _BLOCK.split(text)
    return "".join(
        piece if number % 2 else "\n".join(_spoken_line(line) for line in piece.split("\n"))
        for number, piece in enumerate(pieces)
    )


def drawn(lines: Iterable[Line]) -> str:
    """Return lines by their tone: titles bold, what matters less small."""
    return "\n".join(_line(line) for line in lines)


def small(text: str) -> str:
    """Return one line in small letters."""
    return f"-# {plain(text)}"


def _spoken_line(text: str) -> str:
    written = ""
    for span in spans(text):
        around = _AROUND.get(span.emphasis, "")
        inner = span.text if span.emphasis is Emphasis.CODE else _MARKS.sub(r"\\\1", span.text)
        written += f"{around}{inner}{around}"
    return _AT_START.sub(r"\1\\\2", written)


def _line(line: Line) -> str:
    text = plain(line.text)
    if not text:
        return ""
    match line.tone:
        case Tone.TITLE:
            return f"**{text}**"
        case Tone.MUTED:
            return f"-# {text}"
        case _:
            return text
