"""What a message is, where its wording alone says so.

What people say stands in `engine.intent_words`; orders to the interviewer are told by
`engine.manipulation`. What no pattern recognises is left to the model.
"""

from __future__ import annotations

import re
import unicodedata

from engine.contract import Intent
from engine.emoji import intent_by_emoji, is_shrug
from engine.initials import intent_by_initials
from engine.intent_words import ADDRESSED, ASKS, CORES, INSULT, PATTERNS, PUZZLED, SIGHED, SUBJECT
from engine.manipulation import orders_the_interviewer
from engine.short_messages import intent_of_short

_NOISE = re.compile(r"[^\w\s]|_|[ㄱ-ㅎㅏ-ㅣ]+", re.UNICODE)
_SPACE = re.compile(r"\s+")
_JAMO_ONLY = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")
_INSULT_CHARACTERS = 40
_PATTERN_CHARACTERS = 120


def intent_by_wording(text: str) -> Intent | None:
    """Return the intent that the wording gives away, None where it takes a model to tell."""
    if (signs := _by_signs(text)) is not None:
        return signs
    plain = normalise(text)
    if (initials := "".join(_JAMO_ONLY.findall(text))) and SIGHED.fullmatch(plain):
        return intent_by_initials(initials)
    if orders_the_interviewer(text):
        return Intent.MANIPULATION
    if (short := intent_of_short(plain)) is not None:
        return short
    return _by_pattern(plain) if len(plain) <= _PATTERN_CHARACTERS else None


def _by_signs(text: str) -> Intent | None:
    """Return what a message says by its marks, its emoji or its script, before it is read."""
    if PUZZLED.fullmatch(text):
        # Whoever sends nothing but a question mark did not get what was asked.
        return Intent.REPEAT
    if not any(unicodedata.category(c)[0] in "LN" for c in text):
        return intent_by_emoji(text) or Intent.UNREADABLE
    if is_shrug(text):
        return Intent.DONT_KNOW
    return Intent.OTHER_LANGUAGE if _is_foreign(text) else None


def asks(text: str) -> bool:
    """Whether a message asks anything at all, by its mark or its words."""
    return ASKS.search(text) is not None


def _by_pattern(plain: str) -> Intent | None:
    for intent, pattern in PATTERNS:
        core = CORES.get(intent)
        if pattern.fullmatch(plain) and (core is None or core.search(plain)):
            return intent
    short = len(plain) <= _INSULT_CHARACTERS
    insulted = (
        short and INSULT.search(plain) and (ADDRESSED.search(plain) or not SUBJECT.search(plain))
    )
    return Intent.INSULT if insulted else None


def normalise(text: str) -> str:
    """Return the text in lower case without punctuation, emoji and lone jamo (ㅋㅋ, ㅠㅠ)."""
    lowered = text.lower().replace("'", "").replace("’", "")
    return _SPACE.sub(" ", _NOISE.sub(" ", lowered)).strip()


def _is_foreign(text: str) -> bool:
    """Whether most letters are neither Hangul nor Latin nor Greek (which formulas use)."""
    letters = [c for c in text if c.isalpha()]
    known = ("HANGUL", "LATIN", "GREEK", "MATHEMATICAL", "FULLWIDTH LATIN", "DOUBLE-STRUCK")
    foreign = sum(not unicodedata.name(c, "").startswith(known) for c in letters)
    return len(letters) > 0 and foreign > len(letters) / 2
