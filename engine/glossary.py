"""Finds the glossary term that a message names, or says that it asks after no word at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.intents import normalise
from engine.questions import Term

# Who says one of these does not get the question, or a word that only points at it.
_POINTING = re.compile(
    r"질문|(?<![가-힣])문제(?=[가를]|\s*(?:뜻|뭐|무슨|이해|다시|좀))|(?<![가-힣])답(?=[은을이변])|물어|묻는|물으|이해|[이그]게|[이그]거|[이그]건|무슨\s*(?:말|소리)|뭔\s*(?:말|소리)|풀어|쉽게|"
    r"^(?:더\s*|좀\s*|다시\s*)*설명|"
    r"\b(?:questions?|answer|ask(?:ing|ed)?|rephrase|reword|clarify|simplify|simpler|plain|easier|you\s+mean|"
    r"you\s+want|(?:this|that|it)(?!\s+(?:context|case|setting)))\b",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[^\w\s]")
# Who asks in these words alone names nothing that could be explained.
_ASKING = re.compile(
    r"\b(?:(?:can|could|would)\s+you|please|pls|explain|in|other|simple|more|detail|words?|terms?|to\s+me|meaning|"
    r"what\s+does|whats|mean)\b|(?:더|좀|조금|다시|자세히|자세하게|말|설명|무슨|뜻|의미|뭐|뭔|그|이|저|가|은|는|을|를|인|해|"
    r"주|줘|줄|래|세|요|야|지|데|죠|예|에|입니까|봐|부탁|드려|합니다)+"
)
# Characters of a name with all that may stand around it: most answers need not be compared at all.
_LONGEST = 80
# What stands around a word and says nothing; what makes it a guess; and what is a guess only where
# the word comes after a break ("idk, recall?"), since "I don't know recall" is none.
_FILLER = re.compile(r"(?:음+|어+|그냥|대충|um+|uh+|well|so|but|just|its|the|an?)\s+")
_GUESSING = re.compile(
    r"(?:(?:잘\s*|정확히\s*)?모르(?:겠)?지만|모르겠는데|모르긴\s*몰라도|아마도?|혹시|찍자면|긴가민가한데|"
    r"maybe|perhaps|probably|roughly|i\s+guess|i\s+think|a\s+guess|could\s+be|is\s+it)\s+"
)
_UNSURE = re.compile(r"(?:i\s+(?:dont|do\s+not)\s+know|idk|dunno|not\s+sure|no\s+idea)\s+(but\s+)?")
_BREAK = re.compile(r"[,.…?–—-]")
_GUESSED = re.compile(
    r"\s*(?:인가요?|일까요?|이려나|(?:인\s*)?(?:것|거)\s*같\w+|아닐까요?|아닌가요?|"
    r"\s(?:maybe|i\s+guess|i\s+think|right|or\s+something|probably|roughly|perhaps))$"
)
_SAID = re.compile(r"\s*(?:이?야|이?예요|이에요|입니다|정도(?:요|예요)?)$")


def names_only(text: str, terms: Sequence[Term]) -> bool:
    """Whether a message says the name of a term and nothing else but that it is a guess.

    "PCA요", "idk, recall?": too few letters for a model to tell from a request, and an answer.
    """
    if len(text) > _LONGEST:
        return False
    said = normalise(text)
    if unsure := _UNSURE.match(said):
        if not unsure[1] and _BREAK.search(text) is None:
            return False
        bare, guesses = said[unsure.end() :], True
    else:
        bare, guesses = _without_lead(said)
    ended = _GUESSED.sub("", bare)
    if "?" in text and not guesses and ended == bare:
        # Nobody guesses here: the word itself is asked about.
        return False
    meant = {said, bare, ended, _SAID.sub("", ended)}
    meant |= {ended.removesuffix("이요"), ended.removesuffix("요")}
    return any(
        name.strip() and (name in meant or (_MARKED.search(name) and normalise(name) in meant))
        for term in terms
        for names in term.names.values()
        for name in map(str.lower, names)
    )


def _without_lead(said: str) -> tuple[str, bool]:
    """Return a message from its first word that says something, and whether it is a guess."""
    guesses = False
    while lead := _GUESSING.match(said) or _FILLER.match(said):
        guesses |= lead.re is _GUESSING
        said = said[lead.end() :]
    return said, guesses


def asks_after_the_question(text: str) -> bool:
    """Whether a question about a term names none: it is about what was asked, or only asks."""
    return _POINTING.search(text) is not None or not _ASKING.sub("", normalise(text)).strip()


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
