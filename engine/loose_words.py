"""Tells words that are strung together from a sentence: key words are no answer.

"손실 함수 예측 정답 오차 학습 최소화" holds every word of a right answer and says nothing. Such a
message has no particle, no ending and no verb: every word of it is bare. In English, none of its
words is one that relates others, and it is one row of words or a list of many ("low train error,
high test error" says something). Where a list is what was asked for, a list is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Of shorter ones, terse right answers are too many ("훈련 중 무작위 뉴런 비활성화").
FEWEST_WORDS = 6
# So many entries make a list.
_ENTRIES = 3
_WORDS_AN_ENTRY = 3
_HANGUL = re.compile(r"[가-힣]")
_BREAK = re.compile(r"[\s,·]+")
# Anything else (a colon, an arrow, a formula) relates words to one another.
_RELATES = re.compile(r"[^\w\s,·-]")
# Particles and endings that no noun of the field ends in, and verbs in the past tense.
_MARKED = re.compile(
    r"(?:은|는|을|를|에|의|으로|로|와|과|며|면|게|다|요|야|음|함|임|듯|까|죠|네|거|것|걸|서|니|이라|하고|하는|"
    r"되는|된|한|할|해|돼|지|고|건|때|란|랑|에서|부터|까지|처럼|보다|만|[았었했겠졌짰됐렸켰있]어|수록|배운|적인|[상하]인)$"
)
# English words that relate others.
_ENGLISH_LINK = re.compile(
    r"\b(?:the|an?|is|are|was|gets?|means?|and|or|so|but|not|no|than|to|for|from|with|by|of|in|into|on|at|over|as|"
    r"that|which|it|its|you|goes|go|takes?|use|uses|gives?|keeps?|turns?|barely|trained|"
    r"were|be|been|who|it['’]s|they|them|their|your|i|we|one|when|while|if|then|how|what|why|where|each|every|all|"
    r"only|just|more|less|out|off|up|down|until|without|between|per|across|among|because|since|after|before|can|can['’]t|"
    r"cannot|don['’]t|doesn['’]t|do|does|has|have|had|will|would|isn['’]t|aren['’]t|like|about|under|through|via|"
    r"instead|rather|both|other|another|same|too|very|much|many|few|fewer|some|any|never|always|there|this|these|"
    r"those|once|during|against|towards?|around|behind|near|onto|unless|although|though|either|neither)\b",
    re.IGNORECASE,
)


def is_loose_words(text: str, right_answers: Iterable[str]) -> bool:
    """Tell whether a message is nothing but bare words.

    Args:
        text: the message.
        right_answers: those of the answer point; where one is a list, any list may be right.
    """
    text = text.rstrip(" .!?？…")
    if _RELATES.search(text) or _ENGLISH_LINK.search(text):
        return False
    if not _HANGUL.search(text) and 1 <= text.count(",") < _ENTRIES:
        return False
    words = [word for word in _BREAK.split(text) if word]
    if len(words) < FEWEST_WORDS or any(_is_marked(word) for word in words):
        return False
    return not any(is_list(answer) for answer in right_answers)


def _is_marked(word: str) -> bool:
    return bool(_HANGUL.search(word) and _MARKED.search(word))


def is_list(text: str) -> bool:
    """Tell whether a right answer is a list, so that any list of names may be right."""
    entries = [entry.split() for entry in text.split(",")]
    return len(entries) >= _ENTRIES and all(len(e) <= _WORDS_AN_ENTRY for e in entries)
