"""Says an answer the way another person would: with the subject in front, a doubt, a question tag.

How somebody talks must not weigh on a verdict. While training, the same manners are put on right
and on wrong answers alike, so that nothing can be learnt from them. The written rows stay as they
are; this is noise, drawn anew in every epoch.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

# How often an answer is said another way.
CHANGED = 0.4
_OPENINGS: Mapping[str, Sequence[str]] = {
    "ko": (
        *("음 ", "어 ", "아마 ", "그거 ", "제 생각엔 ", "내가 알기로는 ", "당연히 ", "일단 "),
        "쉽게 말하면 ",
    ),
    "en": (
        *("Um, ", "I think ", "Well, ", "Basically ", "So, ", "Clearly ", "Maybe "),
        "As far as I know ",
    ),
}
_CLOSINGS: Mapping[str, Sequence[str]] = {
    "ko": (
        *(" 맞지?", " 아니야?", " 아닌가?", "!", " ㅎㅎ", " 확실하진 않은데", ".", "..", " 맞죠?"),
        " 이렇게 알고 있어",
    ),
    "en": (
        *(", right?", ", isn't it?", "!", ", I'm not sure though", ".", " I guess"),
        ", as I learned it",
    ),
}


def voiced(text: str, locale: str, subject: Sequence[str], chance: random.Random) -> str:
    """Return the answer as it is, or said another way.

    Args:
        text: an answer.
        locale: its language.
        subject: names of what the question is about; one may be put in front.
        chance: draws.
    """
    if chance.random() >= CHANGED:
        return text
    manner = chance.randrange(4)
    if manner == 0 and subject:
        name = chance.choice(list(subject))
        if name.lower() in text.lower():
            return text
        return f"{name}: {text}" if locale == "en" else f"{name}{_topic_particle(name)} {text}"
    if manner == 1:
        return chance.choice(_OPENINGS[locale]) + text
    if manner == 2:
        return text.rstrip(" .!?…") + chance.choice(_CLOSINGS[locale])
    return text.rstrip(" .!?…")


def _topic_particle(name: str) -> str:
    """Return 은 after a final consonant and 는 otherwise, as it is said."""
    last = name[-1]
    if "가" <= last <= "힣":
        return "은" if (ord(last) - ord("가")) % 28 else "는"
    return "은" if last.lower() in "lmnr" else "는"
