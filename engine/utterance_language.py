"""An utterance is in the interview's language and keeps to one level of speech."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from engine.korean_politeness import politeness, speaks_casually, speaks_politely
from engine.outcomes import Style
from engine.prompts import SpokenTurn
from engine.sentences import sentences

_HANGUL = re.compile(r"[가-힣]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
# Scripts of neither language; Greek stands for variables.
_KNOWN_SCRIPTS = ("LATIN", "HANGUL", "GREEK", "MICRO", "MODIFIER", "DOUBLE-STRUCK", "SCRIPT", "OHM")
# Words that an English sentence of some length can hardly do without.
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        """
    a an the i i'm i'd i'll you you're your yours we we're it it's its that that's this
    these those they them he she is are was were be been am do does did don't doesn't
    isn't aren't have has had can could will would should let's let and or but so if
    when while what what's which who why how where than then of to in on at for from
    with by as about into not no yes me my our us there here one some any all more now
    just
    """,
    )
)
_LONG_ENGLISH_SENTENCE = 9
# So many Latin words in a row, none of them a name, are a sentence of another language.
_FOREIGN_WORDS = 4
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]")
MOST_EMOJI = 1


def language_faults(turn: SpokenTurn, text: str) -> Iterator[str]:
    """Yield what in an utterance is not of the interview's language."""
    foreign = next((sign for sign in text if sign.isalpha() and not _known(sign)), None)
    if foreign is not None:
        yield f"holds {unicodedata.name(foreign, 'a letter of no script').lower()}"
    if turn.locale == "ko":
        if not _HANGUL.search(text):
            yield "is not Korean"
        elif any(_is_foreign(sentence) for sentence in sentences(text)):
            yield "holds a sentence that is not Korean"
    else:
        if _HANGUL.search(text):
            yield "holds Korean"
        if any(not _may_be_english(sentence) for sentence in sentences(text)):
            yield "holds a sentence that is not English"


def style_faults(turn: SpokenTurn, text: str) -> Iterator[str]:
    """Yield what in an utterance does not go with how the interviewer speaks."""
    if len(_EMOJI.findall(text)) > MOST_EMOJI:
        yield "holds more than one emoji"
    if turn.locale != "ko":
        return
    polite = politeness(text)
    if turn.style is Style.JONDAETMAL:
        if not all(polite) or speaks_casually(text):
            yield "is not polite throughout"
    elif any(polite) or speaks_politely(text):
        yield "is polite, at least in part"


def _known(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(_KNOWN_SCRIPTS) or sign in "ªº"


def _is_foreign(sentence: str) -> bool:
    """Whether a sentence of a Korean text is English rather than a few English terms."""
    words = [word.lower() for word in _WORD.findall(sentence)]
    if _HANGUL.search(sentence):
        return False
    return len(words) >= _FOREIGN_WORDS and any(word in _ENGLISH for word in words)


def _may_be_english(sentence: str) -> bool:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(sentence)]
    long = len(words) > _LONG_ENGLISH_SENTENCE
    return not long or any(word in _ENGLISH or "'" in word for word in words)
