"""Tells at which level of speech Korean sentences are spoken."""

from __future__ import annotations

import re

from engine.sentences import sentences, without_quotes

_HANGUL = re.compile(r"[가-힣]")
# Signs that may follow the last word of a sentence, emoji among them.
_TAIL = r"[^\w가-힣]*$"
# A polite sentence ends in 요 or 죠, or in 니다 or 니까 after a syllable that ends in ㅂ.
_CLOSED_BY_B = "".join(chr(code) for code in range(0xAC00, 0xD7A4) if (code - 0xAC00) % 28 == 17)
_POLITE = re.compile(rf"(?:(?<![필중주수개])요|죠|[{_CLOSED_BY_B}]니[다까]){_TAIL}")
# Within a sentence only endings that no noun has.
_POLITE_CLAUSE = re.compile(
    rf"(?:[아어여해예네세에까래게나가지]요|죠|[{_CLOSED_BY_B}]니[다까])\s*[,;:·—–]"
)
# A fragment that ends in none of these ("좋은 질문!", "네!") is said at either level.
_FINAL = "야어아해지네래까게걸군나다자든데봐줘니냐돼워와여져려라마써커꿔둬"
_CASUAL = re.compile(rf"[{_FINAL}]{_TAIL}")
_YES = re.compile(rf"(?:^|[\s,])(?:네|아니요|자|아하|그렇구나|와){_TAIL}")
_CASUAL_PRONOUN = re.compile(
    r"(?<![가-힣])(?:너(?:는|가|의|도|를|한테|에게|처럼)?|넌|네가|니가)(?![가-힣])"
)
_HUMBLE_PRONOUN = re.compile(
    r"(?<![가-힣])(?:저는|저도|저의|저를|저한테|제가|당신\w*|귀하\w*|지원자님\w*)(?![가-힣])"
)


def politeness(text: str) -> tuple[bool, ...]:
    """Return for each sentence of a Korean text that has a level whether it is a polite one.

    What is quoted says nothing of who speaks; fragments without a verb have no level.
    """
    found: list[bool] = []
    for sentence in sentences(without_quotes(text)):
        if not _HANGUL.search(sentence):
            continue
        if _POLITE.search(sentence):
            found.append(True)
        elif _CASUAL.search(sentence) and not _YES.search(sentence):
            found.append(False)
    return tuple(found)


def speaks_politely(text: str) -> bool:
    """Whether a word or an ending within a Korean text is of the polite level."""
    bare = without_quotes(text)
    return bool(_POLITE_CLAUSE.search(bare) or _HUMBLE_PRONOUN.search(bare))


def speaks_casually(text: str) -> bool:
    """Whether a word within a Korean text is of the casual level."""
    return bool(_CASUAL_PRONOUN.search(without_quotes(text)))
