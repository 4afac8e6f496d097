"""The lines that everything shown is made of, and the marks of the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.contract import VerdictStatus

LONGEST_QUOTE = 90


class Tone(StrEnum):
    """How a line is meant, for an adapter to colour."""

    PLAIN = "plain"
    TITLE = "title"
    GOOD = "good"
    BAD = "bad"
    HALF = "half"
    OPEN = "open"
    MUTED = "muted"


class SectionKind(StrEnum):
    """What a section is. `SAY` may hold light markdown; nothing else does."""

    VERDICTS = "verdicts"
    MODEL_ANSWER = "model_answer"
    SAY = "say"
    NOTICE = "notice"
    REPORT = "report"
    REPORT_TOPIC = "report_topic"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text.

    Args:
        text: without a newline, neither wrapped nor indented.
        tone: how it is meant.
        indent: steps that it is set in by.
    """

    text: str
    tone: Tone = Tone.PLAIN
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together."""

    kind: SectionKind
    lines: tuple[Line, ...]


def stands_apart(before: Section, after: Section) -> bool:
    """Whether a blank line belongs between two sections of one reply."""
    parts = (SectionKind.REPORT, SectionKind.REPORT_TOPIC)
    return after.kind in parts or before.kind is SectionKind.MODEL_ANSWER


MARKS: Mapping[VerdictStatus, str] = {
    VerdictStatus.COVERED: "✔",
    VerdictStatus.PARTIAL: "◐",
    VerdictStatus.MISSING: "⬜",
    VerdictStatus.WRONG: "✘",
    VerdictStatus.UNSURE: "◐",
}
TONES: Mapping[VerdictStatus, Tone] = {
    VerdictStatus.COVERED: Tone.GOOD,
    VerdictStatus.PARTIAL: Tone.HALF,
    VerdictStatus.MISSING: Tone.OPEN,
    VerdictStatus.WRONG: Tone.BAD,
    VerdictStatus.UNSURE: Tone.HALF,
}


def single_line(text: str, longest: int) -> str:
    """Return a text on one line, cut to `longest` characters with an ellipsis."""
    joined = " ".join(text.split())
    return joined if len(joined) <= longest else joined[: longest - 1].rstrip() + "…"


def quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return somebody's words in quotation marks, on one line."""
    return f"“{single_line(text, longest)}”"
