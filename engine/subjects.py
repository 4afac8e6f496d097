"""Takes the subject off an answer that begins by repeating the question: "A loss function is …".

What is judged is what somebody says *of* the subject. Some people name it first and some do not,
whether they are right or wrong, so that it must not weigh on the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_FILLER = r"(?:(?:음+|어|그|일단|well|so|um+|ok(?:ay)?)[\s,.…]*)?"
_KOREAN = (
    r"(?:\s*(?:의\s*정의|이?라는\s*(?:건|것은|게)|이?라고\s*하면|이?란\s*(?:건|것은|게)?|"
    r"에는|에선|에서는|은|는|이|가|:))\s*"
)
_VERB = r"(?:is|are|was|means)(?:\s+basically)?"
_ENGLISH = rf"s?(?:\s*(?::|=|-+)\s*|\s+{_VERB}\s+|\s+)"
_LEAST_LEFT = 2


def without_subject(text: str, names: Sequence[str]) -> str:
    """Return the end of a text that begins with one of these names; the whole text otherwise.

    Args:
        text: an answer.
        names: what the subject is called, in any language.
    """
    if not names:
        return text
    longest_first = sorted(map(str.lower, names), key=len, reverse=True)
    named = "|".join(re.escape(name).replace(r"\ ", r"\s*") for name in longest_first)
    begins = re.match(
        rf"\s*{_FILLER}(?:(?:an?|the)\s+)?(?:{named})(?:{_KOREAN}|{_ENGLISH})", text, re.IGNORECASE
    )
    rest = text[begins.end() :].strip() if begins else ""
    return rest if len(rest) >= _LEAST_LEFT else text
