"""Tells a statement that asks for a nod from an open question.

"Multi-Label 아니야?" is an answer, said with doubt; "Multi-Label이 뭐야?" asks what a term means.
Both end in a question mark.
"""

from __future__ import annotations

import re

_ASSENT = re.compile(
    r"(?:아니야|아냐|아닌가요?|아니[에예]요|아닙니까|아니었나|맞(?:지|나|죠|나요|아요)|[겠거이였었았했되하](?:지|죠)|잖아요?|"
    r"\b(?:right|correct|no|yes|isn'?t\s+(?:it|that)|aren'?t\s+they|doesn'?t\s+it|don'?t\s+they))"
    r"\s*[?？!.~ㅋㅎㅠ]*$",
    re.IGNORECASE,
)
_OPEN_QUESTION = re.compile(
    r"뭐|뭔|뭘|무슨|무엇|어떤|어떻게|왜|뜻|의미|약자|줄임말|설명|알려|말이|말하|얘기|정의|이름|"
    r"\b(?:what|which|how|why|who|means|meaning|stand|stands|explain|define|say|saying|talking)\b",
    re.IGNORECASE,
)


def seeks_assent(text: str) -> bool:
    """Whether a message states something and asks for a nod, as in "Multi-Label 아니야?"."""
    return _ASSENT.search(text) is not None and _OPEN_QUESTION.search(text) is None
