"""Finds the glossary term that a message names, or says that it asks after no word at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.intents import normalise
from engine.questions import Term

# Who says one of these does not get the question, or a word that only points at it.
_POINTING = re.compile(
    r"질문|문제|답|물어|묻는|물으|이해|[이그]게|[이그]거|[이그]건|무슨\s*(?:말|소리)|뭔\s*(?:말|소리)|풀어|쉽게|"
    r"^(?:더\s*|좀\s*|다시\s*)*설명|"
    r"\b(?:questions?|answer|ask(?:ing|ed)?|rephrase|reword|clarify|simplify|simpler|plain|easier|you\s+mean|"
    r"you\s+want|this|that|it)\b",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[^\w\s]")
# What stands around a guess and does not change it.
_GUESSING = re.compile(
    r"(?:(?:잘\s*|정확히\s*)?모르(?:겠)?지만|모르겠는데|모르긴\s*몰라도|아마도?|혹시|그냥|대충|찍자면|긴가민가한데|음|어|"
    r"i\s+(?:dont|do\s+not)\s+know|idk|dunno|not\s+sure|no\s+idea|maybe|perhaps|probably|i\s+guess|i\s+think|"
    r"a\s+guess|um|uh|could\s+be|its|is\s+it|but|just|roughly|the|an?)\s+"
)
_GUESSED = re.compile(
    r"\s*(?:인가요?|일까요?|이려나|(?:인\s*)?(?:것|거)\s*같\w+|아닐까요?|아닌가요?|"
    r"\s(?:maybe|i\s+guess|i\s+think|right|or\s+something|probably|roughly|perhaps))$"
)
_SAID = re.compile(r"\s*(?:이?요|이?야|이?예요|이에요|입니다|정도(?:요|예요)?)$")


def names_only(text: str, terms: Sequence[Term]) -> bool:
    """Whether a message says the name of a term and nothing else but that it is a guess.

    "PCA요", "idk, recall?": too few letters for a model to tell from a request, and an answer.
    """
    said = normalise(text)
    bare = said
    while lead := _GUESSING.match(bare):
        bare = bare[lead.end() :]
    bare = _GUESSED.sub("", bare)
    if bare == said and "?" in text:
        # Nobody guesses here: the word itself is asked about.
        return False
    meant = {bare, _SAID.sub("", bare)} - {""}
    return bool(meant) and any(
        name in meant or (_MARKED.search(name) and normalise(name) in meant)
        for term in terms
        for names in term.names.values()
        for name in names
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
