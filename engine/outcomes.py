"""What can come of a message, and how the interviewer can speak: the words that stage 3 works with.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Style(StrEnum):
    """How the interviewer speaks: two levels in Korean, one in English."""

    BANMAL = "banmal"
    JONDAETMAL = "jondaetmal"
    PLAIN = "plain"


# Language → the styles that it is spoken in, the usual one first.
STYLES: Mapping[str, tuple[Style, ...]] = MappingProxyType(
    {"ko": (Style.BANMAL, Style.JONDAETMAL), "en": (Style.PLAIN,)}
)


def style_in(locale: str, chosen: str | None = None) -> Style:
    """Return the style that was chosen, or the usual one where the language is not spoken in it."""
    styles = STYLES.get(locale, (Style.PLAIN,))
    return next((style for style in styles if style == chosen), styles[0])


def wording(locale: str, style: Style) -> str:
    """Return the key that texts of a language in a style are kept by: ``ko``, ``ko@jondaetmal``."""
    return locale if style is style_in(locale) else f"{locale}@{style.value}"


def language_of(key: str) -> str:
    """Return the language of a key that `wording` made."""
    return key.partition("@")[0]


class Outcome(StrEnum):
    """What came of a message."""

    OPENING = "opening"
    COVERED = "covered"
    SEVERAL = "several"
    HEDGED = "hedged"
    MIXED = "mixed"
    PARTIAL = "partial"
    WRONG = "wrong"
    UNSURE = "unsure"
    MISSING = "missing"
    DONT_KNOW = "dont_know"
    TERM_QUESTION = "term_question"
    HINT = "hint"
    SKIP = "skip"
    REPEAT = "repeat"
    SMALL_TALK = "small_talk"
    INSULT = "insult"
    MANIPULATION = "manipulation"
    CLOSING = "closing"
