"""Finds the glossary term that a message names, or says that it asks after no word at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.questions import Term

# Who says one of these does not get the question, or a word that only points at it.
_POINTING = re.compile(
    r"질문|문제|답|물어|묻는|물으|이해|[이그]게|[이그]거|[이그]건|무슨\s*(?:말|소리)|뭔\s*(?:말|소리)|풀어|쉽게|"
    r"^(?:더\s*|좀\s*|다시\s*)*설명|"
    r"\b(?:questions?|answer|ask(?:ing|ed)?|rephrase|reword|clarify|simplify|simpler|plain|easier|you\s+mean|"
    r"you\s+want|this|that|it)\b",
    re.IGNORECASE,
)


def asks_after_the_question(text: str) -> bool:
    """Whether a question about a term is one about what was asked, and names no term."""
    return _POINTING.search(text) is not None


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
