"""The format that every utterance must have, whoever phrased it.

Small language models are known to begin with a number or a date, to leave a marker of their prompt
behind, or to say nothing at all. An utterance with such a fault is never sent.
"""

from __future__ import annotations

import re
from enum import StrEnum

LONGEST = 500


class FormatFault(StrEnum):
    """What is wrong with the form of an utterance."""

    EMPTY = "empty"
    STARTS_WITH_NUMBER = "starts with a number or a date"
    STARTS_WITH_LIST_MARK = "starts with a list mark"
    BRACKETED = "is bracketed"
    LINK = "carries a link"
    MARKER = "carries a leftover marker"
    TOO_LONG = "is too long"


_NUMBER = re.compile(r"[(\[]?[\d①-⑳Ⅰ-Ⅻ]")
_LIST_MARK = re.compile(r"[-*•·●▪◦#>]|[A-Za-z가-힣][.)]\s")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "「": "」", "『": "』"}
_LINK = re.compile(
    r"https?:|www\.|\bt\.me/|discord\.gg/|[\w-]+\.(?:com|org|net|io)\b", re.IGNORECASE
)
_MARKER = re.compile(
    r"<\|?/?[a-z_]+\|?>|\[/?[A-Z_]{2,}\]|```|#{2,}|\{[a-z_]+\}"
    r"|(?:^|\s)(?:assistant|user|system|aurora|오로라)\s*:",
    re.IGNORECASE,
)


def format_faults(text: str) -> tuple[FormatFault, ...]:
    """Return what is wrong with the form of an utterance; nothing if it may be sent.

    Args:
        text: the utterance.
    """
    said = text.strip()
    if not re.search(r"[^\W\d_]", said):
        return (FormatFault.EMPTY,)
    faults = {
        FormatFault.STARTS_WITH_NUMBER: _NUMBER.match(said),
        FormatFault.STARTS_WITH_LIST_MARK: _LIST_MARK.match(said),
        FormatFault.BRACKETED: _BRACKETS.get(said[0]) == said[-1],
        FormatFault.LINK: _LINK.search(said),
        FormatFault.MARKER: _MARKER.search(said),
        FormatFault.TOO_LONG: len(said) > LONGEST,
    }
    return tuple(fault for fault, found in faults.items() if found)
