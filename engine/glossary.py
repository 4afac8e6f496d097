"""Finds the glossary term that a message names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.questions import Term


def find_term(text: str, terms: Sequence[Term]) -> Term | None:
    """Return the glossary term with the longest name that occurs in the text, if any does."""
    lowered = text.lower()
    best: tuple[int, Term] | None = None
    for term in terms:
        for name in (n for names in term.names.values() for n in names):
            longer = best is None or len(name) > best[0]
            if longer and name.lower() in lowered and _stands_alone(name.lower(), lowered):
                best = (len(name), term)
    return best[1] if best else None


def _stands_alone(name: str, text: str) -> bool:
    """Whether a name starts a word; Latin ones end it too, while Hangul carries particles."""
    return re.search(rf"(?<![a-z0-9가-힣]){re.escape(name)}(?![a-z0-9])", text) is not None
