"""Transcripts in ``docs/transcripts``: each is the script of its own next recording.

What stands behind ``>`` is said or pressed again, and what Aurora answers is written anew. Whoever
wants another interview edits those lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from tests.support.command import ROOT

FOLDER = ROOT / "docs" / "transcripts"
LANGUAGES = ("en", "ko")
RESTARTED = ("(the bot is stopped and started again)", "(봇을 껐다가 다시 켬)")
_UNREADABLE = ("(a sticker)", "(스티커)", "(a photo)", "(사진)")
_DISAGREE = ("I disagree", "판정에 이의 있어")
_STOP = ("/stop", "/interview stop", "/면접 그만")
_OPENED, _CLOSED = "```text\n", "```\n"


class Kind(Enum):
    """What somebody does, or what befalls the bot."""

    SAY = auto()
    PRESS = auto()
    SHOW = auto()
    """Send what cannot be read: a sticker, a photo."""
    RESTART = auto()


class Ending(Enum):
    """What the last message of a reply carries, by which it is known to be whole."""

    WORDS = auto()
    BUTTONS = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script.

    Args:
        kind: what is done.
        line: how the transcript has it.
        text: what is said, or what is written on the button.
        ending: what the reply ends with.
    """

    kind: Kind
    line: str
    text: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as it is now.

    Args:
        path: where it is.
        head: what stands above the interview.
        steps: its script.
    """

    path: Path
    head: str
    steps: tuple[Step, ...]

    def write(self, blocks: Sequence[str]) -> None:
        """Put another interview in the place of this one.

        Args:
            blocks: what was said and done, in order.
        """
        told = "\n\n".join(block.strip("\n") for block in blocks)
        self.path.write_text(f"{self.head}{_OPENED}{told}\n{_CLOSED}", "utf-8")


def read(name: str) -> Transcript:
    """Return the transcript of this name, without its ending."""
    path = FOLDER / f"{name}.md"
    head, _, told = path.read_text("utf-8").partition(_OPENED)
    lines = [line for line in told.splitlines() if line.startswith("> ") or line in RESTARTED]
    return Transcript(path, head, script(lines))


def script(lines: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps of a script.

    Args:
        lines: what is done, as a transcript has it.
    """
    return tuple(_step(line, first=not number) for number, line in enumerate(lines))


def _step(line: str, *, first: bool) -> Step:
    text = line.removeprefix("> ")
    if line in RESTARTED:
        return Step(Kind.RESTART, line, "", Ending.WORDS)
    if text in _UNREADABLE:
        return Step(Kind.SHOW, line, "", Ending.BUTTONS)
    if text.startswith("[") and text.endswith("]"):
        label = text[1:-1]
        ending = Ending.WORDS if label in _DISAGREE else Ending.BUTTONS
        return Step(Kind.PRESS, line, label, ending)
    if text in _STOP:
        return Step(Kind.SAY, line, text, Ending.FILE)
    return Step(Kind.SAY, line, text, Ending.WORDS if first else Ending.BUTTONS)
