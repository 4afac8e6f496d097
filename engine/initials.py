"""What Koreans type when even syllables take too long: ㅁㄹ for 몰라, ㅍㅅ for 패스."""

from __future__ import annotations

from engine.contract import Intent

_INITIALS: dict[str, Intent] = {
    "ㅁㄹ": Intent.DONT_KNOW,
    "ㅁㄹㄱㅇ": Intent.DONT_KNOW,
    "ㅁㄹㄱㅇㅇ": Intent.DONT_KNOW,
    "ㅁㄹㅇ": Intent.DONT_KNOW,
    "ㅁㄹㄱㄷ": Intent.DONT_KNOW,
    "ㅁㄹㄱㄴ": Intent.DONT_KNOW,
    "ㅈㅅㅁㄹ": Intent.DONT_KNOW,
    "ㅎㅌ": Intent.HINT,
    "ㅎㅌㅈ": Intent.HINT,
    "ㅎㅌㄱ": Intent.HINT,
    "ㅎㅌㅈㅅㅇ": Intent.HINT,
    "ㅍㅅ": Intent.SKIP,
    "ㅅㅋ": Intent.SKIP,
    "ㄷㅅ": Intent.REPEAT,
    "ㅗ": Intent.INSULT,
    "ㅅㅂ": Intent.INSULT,
    "ㅆㅂ": Intent.INSULT,
    "ㅂㅅ": Intent.INSULT,
    "ㄲㅈ": Intent.INSULT,
}
_LAUGHING_OR_CRYING = "ㅋㅎㅠㅜ"


def intent_by_initials(typed: str) -> Intent:
    """Return what lone initials stand for; ㅁㄹ, ㅁㄹㅁㄹ and ㅁㄹㅠㅠ are one and the same.

    Args:
        typed: the lone consonants and vowels of a message that says nothing else.
    """
    for initials in (typed, typed.rstrip(_LAUGHING_OR_CRYING)):
        half = initials[: len(initials) // 2]
        intent = _INITIALS.get(half if initials == half * 2 else initials)
        if intent is not None:
            return intent
    return Intent.SMALL_TALK
