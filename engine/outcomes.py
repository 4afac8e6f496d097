"""What can come of a message, and how the interviewer can speak: the words that stage 3 works with.

Standard library only.
"""

from __future__ import annotations

from enum import StrEnum


class Style(StrEnum):
    """How the interviewer speaks: two levels in Korean, one in English."""

    BANMAL = "banmal"
    JONDAETMAL = "jondaetmal"
    PLAIN = "plain"


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
