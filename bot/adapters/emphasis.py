"""Reads the light markdown of utterances: which words are bold, emphasised or code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Emphasis as people write it. A formula such as y*log(p) + (1-y)*log(1-p) has none; a Korean
# particle may follow directly.
_MARKDOWN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?<![\w*)\]])(?P<stars>\*{1,2})(?=\S)(?P<word>[^*\n]+?)(?<=\S)(?P=stars)(?![A-Za-z0-9_*(\[])"
)


class Emphasis(StrEnum):
    """How some words are meant to look."""

    NONE = "none"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """Words that look the same, without their marks."""

    text: str
    emphasis: Emphasis = Emphasis.NONE


def spans(text: str) -> Iterator[Span]:
    """Yield a text with its **bold**, *emphasis* and `code`; formulas stay as they are."""
    at = 0
    for found in _MARKDOWN.finditer(text):
        if found.start() > at:
            yield Span(text[at : found.start()])
        if found["code"]:
            yield Span(found["code"], Emphasis.CODE)
        else:
            bold = found["stars"] == "**"
            yield Span(found["word"], Emphasis.BOLD if bold else Emphasis.ITALIC)
        at = found.end()
    if at < len(text):
        yield Span(text[at:])
