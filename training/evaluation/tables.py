"""Tables of figures, and how they look in a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What a cell without a figure shows.
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells that are ready to be read.

    Args:
        title: what it is about.
        head: names of the columns.
        rows: as many cells each.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        widths = [max(map(_width, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = [_line(self.head, widths), "  ".join("─" * width for width in widths)]
        return "\n".join([self.title, *lines, *(_line(row, widths) for row in self.rows)])


def cell(value: object) -> str:
    """Return a figure as a cell: shares with four digits, nothing as a dash."""
    if value is None:
        return NOTHING
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def figures_table(title: str, figures: Mapping[str, Any], names: Sequence[str]) -> Table:
    """Return a table with one line a figure."""
    rows = ((name, cell(figures[name])) for name in names)
    return Table(title, ("figure", "value"), tuple(rows))


def groups_table(title: str, groups: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a table with one line a group and one column a figure of it."""
    columns = tuple(next(iter(groups.values()))) if groups else ()
    rows = ((name, *(cell(group[c]) for c in columns)) for name, group in groups.items())
    return Table(title, ("", *columns), tuple(rows))


def shortened(text: str, characters: int = 48) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text + " " * (w - _width(text)) for text, w in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns a text takes; Korean letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
