"""Cuts a message into sentences and clauses, each a verbatim piece of what the user wrote.

One message may be right on one point and wrong on another; the pieces are what a verdict quotes as
its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CLAUSES = 24
_MIN_CHARACTERS = 4

_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+|\n+|;\s*")
# A comma, or a Korean connective ending or an English conjunction between two statements.
_CLAUSE_END = re.compile(
    r",\s+|(?<=[가-힣]고)\s+|(?<=지만)\s+|(?<=[는인은건던한]데)\s+|(?<=[으이]며)\s+"
    r"|(?<=니까)\s+|(?<=면서)\s+|(?<=이고)\s+"
    # From the first of several blanks, and all of them at once: each would be tried anew otherwise.
    r"|(?<!\s)\s++(?=(?:그리고|반면|반면에|하지만|근데|그런데)\s)"
    r"|(?<!\s)\s++(?=(?:and|but|while|whereas|because|so)\s++(?:\w++\s++){2})",
    re.IGNORECASE,
)


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, in order, each verbatim."""
    return _pieces(_SENTENCE_END, text)


def split_clauses(text: str) -> tuple[str, ...]:
    """Return the clauses of a text, in order, each verbatim; at most `MAX_CLAUSES`."""
    clauses = [c for sentence in split_sentences(text) for c in _pieces(_CLAUSE_END, sentence)]
    return tuple(clauses[:MAX_CLAUSES])


def message_units(text: str) -> list[str]:
    """Return the whole message and, where there are several, its clauses."""
    return units_of(text, split_clauses(text))


def units_of(text: str, clauses: Sequence[str]) -> list[str]:
    """Return the whole message and, where there are several, its clauses, which are known."""
    return [text, *clauses] if len(clauses) > 1 else [text]


def _pieces(border: re.Pattern[str], text: str) -> tuple[str, ...]:
    pieces = [piece.strip(" \t\n,") for piece in border.split(text)]
    return tuple(piece for piece in pieces if len(piece) >= _MIN_CHARACTERS) or (
        (text.strip(),) if text.strip() else ()
    )
