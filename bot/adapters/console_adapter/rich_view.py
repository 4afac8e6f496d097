"""Draws replies for a real terminal: two columns, colours, and wide Korean letters that wrap."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.adapters.emphasis import Emphasis, spans
from bot.interview.messages import Reply
from bot.lines import Line, Section, SectionKind, Tone, stands_apart
from bot.presentation import Presenter

_WIDEST = 92  # longer lines are hard to read
_STYLES = {
    Tone.PLAIN: "",
    Tone.TITLE: "bold",
    Tone.GOOD: "green",
    Tone.BAD: "red",
    Tone.HALF: "yellow",
    Tone.OPEN: "bright_black",
    Tone.MUTED: "bright_black",
}
# A mark, a dash or a number hangs to the left of the lines that wrap below it.
_HANGING = re.compile(r"(?P<mark>[✔✘◐⬜-]|\d+\.) (?P<rest>.+)", re.DOTALL)
# Drawn as a space; lines are not broken here, as they are at any white space, no-break or not.
_GLUE = "\N{BRAILLE PATTERN BLANK}"
_REPORTED = (SectionKind.REPORT, SectionKind.REPORT_TOPIC)
_EMPHASIS = {
    Emphasis.NONE: "",
    Emphasis.BOLD: "bold",
    Emphasis.ITALIC: "italic",
    Emphasis.CODE: "bold cyan",
}


class RichView:
    """Turns replies and messages into text with ANSI colours.

    Args:
        presenter: words replies.
        width: columns of the terminal, asked anew each time, since people resize it.
        colour: colour system of `rich.console.Console`; found out by default, None for none.
    """

    def __init__(
        self, presenter: Presenter, width: Callable[[], int], colour: str | None = "auto"
    ) -> None:
        self._presenter = presenter
        self._width = width
        self._colour = colour

    def reply(self, reply: Reply, offered: str = "") -> str:
        """Return what Aurora answers; `offered` is what may be typed now."""
        sections = self._presenter.sections(reply)
        column = _column(sections, offered)
        if any(section.kind is SectionKind.REPORT for section in sections):
            return self._ansi(column) + "\n"  # a report needs the whole width
        return self._beside(reply.locale, "console.aurora", "bold magenta", column)

    def said(self, locale: str, text: str) -> str:
        """Return what the person said."""
        return self._beside(locale, "console.you", "bold cyan", Text(text))

    def remark(self, text: str) -> str:
        """Return a line that nobody says."""
        return self._ansi(Text(text, "bright_black"))

    def _beside(self, locale: str, name: str, style: str, content: RenderableType) -> str:
        """Return content with the speaker's name to its left."""
        names = [self._presenter.text(locale, key) for key in ("console.aurora", "console.you")]
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=max(map(cell_len, names)), no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(self._presenter.text(locale, name), style), content)
        return self._ansi(grid) + "\n"

    def _ansi(self, content: RenderableType) -> str:
        drawn = io.StringIO()
        console = Console(
            file=drawn,
            width=max(20, min(self._width(), _WIDEST)),
            force_terminal=True,
            color_system=self._colour,  # type: ignore[arg-type]  # a Literal that rich spells out
            legacy_windows=False,
            highlight=False,
            emoji=False,
        )
        console.print(content)
        shown = drawn.getvalue().replace(_GLUE, " ")
        return "\n".join(line.rstrip() for line in shown.split("\n"))


def inline_markdown(text: str) -> Text:
    """Return a text with its **bold**, *emphasis* and `code` drawn; formulas stay as they are."""
    drawn = Text()
    for span in spans(text):
        drawn.append(span.text, _EMPHASIS[span.emphasis])
    return drawn


def _column(sections: Sequence[Section], offered: str) -> Group:
    """Return sections one below the other, and below them what may be typed."""
    parts: list[RenderableType] = []
    for number, section in enumerate(sections):
        if number and stands_apart(sections[number - 1], section):
            parts.append(Text())
        parts.append(_draw(section))
    if offered and sections and sections[-1].kind in _REPORTED:
        parts.append(Text())
    return Group(*parts, *([Text(_unbroken(offered), "bright_black")] if offered else []))


def _unbroken(offered: str) -> str:
    """Return what may be typed so that lines break between two things only, behind the dot."""
    return offered.replace(" ", _GLUE).replace(f"{_GLUE}·{_GLUE}", f"{_GLUE}· ")


def _draw(section: Section) -> RenderableType:
    if section.kind is SectionKind.SAY:
        return inline_markdown("\n".join(line.text for line in section.lines))
    if section.kind is SectionKind.REPORT:
        # The title stands inside: on the border a narrow terminal would cut it.
        return Panel(_stack(section.lines), box=box.ROUNDED)
    return _stack(section.lines)


def _stack(lines: Iterable[Line]) -> Group:
    return Group(*(_line(line) for line in lines))


def _line(line: Line) -> RenderableType:
    style = _STYLES[line.tone]
    hanging = _HANGING.fullmatch(line.text)
    drawn: RenderableType = Text(line.text, style)
    if hanging:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(hanging["mark"], style), Text(hanging["rest"], style))
        drawn = grid
    return Padding(drawn, (0, 0, 0, 2 * line.indent)) if line.indent else drawn
