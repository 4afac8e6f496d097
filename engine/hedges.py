"""Finds the words with which somebody hedges: "확실하진 않은데", "I'm not sure, but"."""

from __future__ import annotations

import re

# "확신이 없는 예측" is about a prediction; only a predicate is about the speaker.
_PREDICATE = r"(?!(?:는|은|을|던)(?:\s|$)|이|게|다는|으면|을수록)\w*"
# Syllables that end in ㄴ or ㄹ: what stands before 것 in "나타낸 것 같아", "될 것 같아".
_ADNOMINAL = "".join(
    chr(c) for c in range(ord("가"), ord("힣") + 1) if (c - ord("가")) % 28 in (4, 8)
)
_HEDGES = (
    rf"(?:100\s?%\s*)?확실(?:하진|하지는|하지|치는|친|치)\s*않{_PREDICATE}",
    rf"확신(?:은|이|을)?\s*(?:좀\s*|별로\s*)?(?:없|못\s*하|안\s*서){_PREDICATE}",
    rf"자신(?:은|이|감은|감이|감)?\s*(?:좀\s*|별로\s*)?없{_PREDICATE}",
    rf"(?:정확히는|정확하게는|정확힌)\s*(?:잘\s*)?(?:모르{_PREDICATE}|기억\w*\s*안\s*나\w*)",
    rf"(?:이게\s*)?(?:맞는지|맞을지|맞나|맞는가)(?:는|도)?\s*(?:잘\s*)?모르{_PREDICATE}",
    r"잘(?:은)?\s*모르겠\w*",
    r"(?:기억이\s*)?가물가물\w*",
    r"긴가민가\w*",
    r"(?<![가-힣])아마도?(?=\s)",
    # 것 is quoted with the 인 before it, a word of its own, but not with the end of a verb.
    rf"(?:인\s*|(?<=[{_ADNOMINAL}])|(?<=[{_ADNOMINAL}]\s))(?:것|거)\s*"
    r"같(?:아(?!서)|은데|습니다|네|지만|았|음|긴\s*한데|기도|던데)\w*",
    r"(?:아닌가|아닐까|아니었나|맞나|맞으려나|이려나|일까)(?:요|\s*싶\w*)?(?=\s*[?.!]*\s*$)",
    r"\bi(?:['’]?m|\s+am)\s+(?:not|\w+\s+not)\s+(?:\w+(?:\s?%)?\s+){0,2}(?:sure|certain|confident)"
    r"(?:\s+about\s+\w+)?",
    # "The model is not confident" tells of a model, not of the speaker.
    r"(?<!\bis\s)(?<!\bare\s)(?<!\bwas\s)(?<!\bbe\s)\bnot\s+(?:\w+(?:\s?%)?\s+)?(?:sure|certain|confident)\b"
    r"(?:\s+(?:about|if)\s+\w+)?",
    r"\bif\s+i\s+(?:remember|recall)\b(?:\s*(?:correctly|right|rightly))?",
    r"\bi\s+(?:guess|suppose)\b|\bi\s+(?:could|might|may)\s+be\s+wrong\b|\bdon['’]?t\s+quote\s+me\b",
    r"\bjust\s+a\s+guess\b|\bmy\s+guess\s+is\b|\bwild\s+guess\b|\bno\s+idea\s+if\s+\w+\s+\w+",
    r"\b(?:maybe|perhaps|probably|possibly)\b",
)
_PATTERNS = tuple(re.compile(hedge, re.IGNORECASE) for hedge in _HEDGES)


def find_hedge(text: str) -> str | None:
    """Return the longest hedge of a message, verbatim; None where it is said straight out."""
    found = [match[0].strip() for pattern in _PATTERNS for match in pattern.finditer(text)]
    return max(found, key=len, default=None)
