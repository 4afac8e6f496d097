"""Text with entities as Telegram counts them: in UTF-16 units, at most 4,096 a message.

Positions are those of Python's `str` until a message is made, so that no cut can fall between the
halves of a surrogate pair.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from telegram import MessageEntity

LONGEST_MESSAGE = 4096  # UTF-16 units
# Where a message is best cut, best first.
_SEPARATORS = ("\n\n", "\n", ". ", "? ", "! ", " ")
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a stretch of text looks.

    Args:
        kind: a type of `telegram.MessageEntity`, such as ``bold``.
        start: where it begins, in characters.
        end: where it ends, the first character behind it.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and how its stretches look; marks may lie within each other."""

    text: str = ""
    marks: tuple[Mark, ...] = ()

    def plus(self, text: str, *kinds: str) -> MarkedText:
        """Return this with more text behind it that looks like `kinds`."""
        start, end = len(self.text), len(self.text) + len(text)
        added = tuple(Mark(kind, start, end) for kind in kinds if text.strip())
        return MarkedText(self.text + text, (*self.marks, *added))

    def followed_by(self, other: MarkedText) -> MarkedText:
        """Return this with another marked text behind it."""
        by = len(self.text)
        moved = tuple(replace(m, start=m.start + by, end=m.end + by) for m in other.marks)
        return MarkedText(self.text + other.text, (*self.marks, *moved))

    def within(self, kind: str) -> MarkedText:
        """Return this with one more mark around all of it."""
        around = Mark(kind, 0, len(self.text))
        return MarkedText(self.text, (around, *self.marks)) if self.text.strip() else self

    def part(self, start: int, end: int) -> MarkedText:
        """Return what stands between two positions, without white space around it."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        marks = (
            Mark(m.kind, max(m.start, start) - start, min(m.end, end) - start) for m in self.marks
        )
        return MarkedText(self.text[start:end], tuple(m for m in marks if m.start < m.end))


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def entities(marked: MarkedText) -> tuple[MessageEntity, ...]:
    """Return the marks of a text as Telegram's entities, outer ones first."""
    ordered = sorted(marked.marks, key=lambda mark: (mark.start, -mark.end))
    return tuple(
        MessageEntity(
            mark.kind,
            offset=units(marked.text[: mark.start]),
            length=units(marked.text[mark.start : mark.end]),
        )
        for mark in ordered
    )


def split(marked: MarkedText, longest: int = LONGEST_MESSAGE) -> tuple[MarkedText, ...]:
    """Return a text as parts that fit a message each; none is empty.

    No part ends within a mark unless the mark alone is longer than a message.

    Args:
        marked: the text.
        longest: UTF-16 units that fit.
    """
    return tuple(part for part in _parts(marked, longest) if part.text)


def _parts(marked: MarkedText, longest: int) -> Iterator[MarkedText]:
    rest = marked.part(0, len(marked.text))
    while units(rest.text) > longest:
        cut = _cut(rest, _reach(rest.text, longest))
        yield rest.part(0, cut)
        rest = rest.part(cut, len(rest.text))
    yield rest


def _reach(text: str, longest: int) -> int:
    """Return how many characters fit; what is drawn as one sign stays together."""
    reach = taken = 0
    for character in text:
        taken += units(character)
        if taken > longest:
            break
        reach += 1
    whole = reach
    while whole > 1 and _joined(text[whole - 1], text[whole]):
        whole -= 1
    return whole if whole > 1 else reach


def _joined(before: str, after: str) -> bool:
    """Whether two neighbouring characters are drawn as one sign."""
    return _JOINER in (before, after) or unicodedata.category(after).startswith("M")


def _cut(marked: MarkedText, reach: int) -> int:
    """Return where to cut: at the best separator in the second half, outside every mark."""
    kept = [m for m in marked.marks if not (m.start == 0 and m.end > reach)]
    for separator in _SEPARATORS:
        at = reach
        while (at := marked.text.rfind(separator, reach // 2, at)) > 0:
            cut = at + len(separator)
            if not _inside(kept, cut):
                return cut
    cut = reach
    while around := _inside(kept, cut):
        cut = min(mark.start for mark in around)
    return cut


def _inside(marks: Sequence[Mark], cut: int) -> list[Mark]:
    """Return the marks that a cut would break; one that begins the text can be kept whole."""
    return [mark for mark in marks if mark.start < cut < mark.end]
