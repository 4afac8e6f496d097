"""Takes an utterance apart: its sentences, its quotations, and the question that it ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable

# After a closing mark a Korean sentence may go on; an English one begins anew with a capital.
_END = re.compile(r"(?<=[.!?…。？！])\s+|(?<=[.!?…。？！][\"'”’)\]])\s+(?=[A-Z])")
_QUOTED = re.compile(
    r"“[^”]*”|\"[^\"]*\"|「[^」]*」|『[^』]*』|‘[^’]*’|(?<![\w가-힣])'[^']*'(?![a-z])"
)
_DOTTED = re.compile(r"\b(?:e\.g|i\.e|vs|etc|cf|approx)\.\s+|\b\d+\.\s+(?=\d)", re.IGNORECASE)
_CLAUSE_END = re.compile(r"(?<=[,;:—])\s")
_ASKS = re.compile(r"[?？]\W*$")
# Requests that ask without a question mark: "… 말해 봐.", "Tell me …".
_TELL = (
    r"(?:말|설명|얘기|이야기|답|비교|소개|정의|정리|묘사|구분|들려|알려|짚어|풀어|골라|나눠|"
    r"적어|꼽아|대|예를 들)"
)
_PLEASE = (
    r"(?:봐|줘|줄래|볼래|볼까|보자|주세요|보세요|주십시오|주시겠어요|부탁해|부탁해요|"
    r"부탁드려요|부탁드립니다|주면 돼)"
)
_REQUEST = re.compile(
    rf"(?:{_TELL}[가-힣]*\s?{_PLEASE}"
    r"|(?:궁금|듣고 싶|알고 싶)(?:해|하네|하다|해요|합니다|어|어요|습니다|네|은걸|거든))\W*$"
    r"|(?:^|[,;:.!—–]\s*|\b(?:please|now|so|then|and|next|let's|you)\s)"
    r"(?:tell me|explain|describe|define|compare|walk me|talk me|name|list|give me|give an|share|"
    r"let's hear|let me hear|I'd (?:like|love) to hear|I'm curious|I wonder|outline|discuss|"
    r"show me|point out|say)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each with its final marks."""
    guarded = text
    for kept in (_DOTTED, _QUOTED):
        guarded = kept.sub(lambda match: match[0].replace(" ", "\ue000"), guarded)
    parts = (part.replace("\ue000", " ").strip() for part in _END.split(guarded))
    return tuple(part for part in parts if re.search(r"[^\W\d_]", part))


def without_quotes(text: str) -> str:
    """Return a text without what is quoted in it."""
    return _QUOTED.sub("", text)


def quotations(text: str) -> tuple[str, ...]:
    """Return what is quoted in a text, without the marks."""
    return tuple(match[0][1:-1] for match in _QUOTED.finditer(text))


def asks(sentence: str) -> bool:
    """Whether a sentence is a question or a request to tell something."""
    return bool(_ASKS.search(sentence) or _REQUEST.search(sentence))


def last_question(text: str) -> str:
    """Return the question that a text ends with; empty where it asks nothing.

    A request may follow the question that it belongs to ("What is it? Tell me in your words."), so
    both are returned together.
    """
    parts = sentences(text)
    last = max((i for i, part in enumerate(parts) if asks(part)), default=-1)
    if last < 0:
        return ""
    first = last
    while first and asks(parts[first - 1]):
        first -= 1
    return " ".join(parts[first:])


def reaction(text: str) -> str:
    """Return what a text says before its last question, the clauses that lead to it included."""
    question = last_question(text)
    if not question:
        return text.strip()
    led = _CLAUSE_END.split(question)[:-1]
    return " ".join((text.removesuffix(question).strip(), *led)).strip()


def letter_trigrams(texts: Iterable[str]) -> set[str]:
    """Return all runs of three letters or digits of some texts, spaces and marks left out."""
    found: set[str] = set()
    for text in texts:
        letters = "".join(filter(str.isalnum, text)).casefold()
        found.update(letters[i : i + 3] for i in range(len(letters) - 2))
    return found
