"""Which words of a text a negation goes with.

"끄지 않는다" and "is not dropped" hold the words of their opposites. The words that are denied are
marked, as is done for the polarity of opinions (Das and Chen 2001; Pang et al. 2002), there up to
the next mark of punctuation, here for as long as a verb and what helps it: behind an English
negation, in front of a Korean one, but behind "안" and "못".
"""

from __future__ import annotations

from engine.concepts import NEGATION, STOP, read_words

MARK = "¬"
_REACH = 2
_IN_FRONT_OF_THE_VERB = frozenset({"안", "못"})


def marked_concepts(text: str) -> list[str]:
    """Return what `engine.concepts.concepts` yields, with a mark before what is denied."""
    words = list(read_words(text))
    marked = [concept for _, concept in words]
    for place, (word, concept) in enumerate(words):
        if concept != NEGATION:
            continue
        for other in _reach(word, place, len(words)):
            denied = words[other][1]
            if denied == STOP:
                break
            if denied != NEGATION:
                marked[other] = MARK + denied
    return marked


def _reach(word: str, place: int, end: int) -> range:
    """Return the places that a negation reaches, nearest first."""
    if word in _IN_FRONT_OF_THE_VERB:
        return range(place + 1, min(end, place + 2))
    if "가" <= word[0] <= "힣":
        return range(place - 1, max(-1, place - 1 - _REACH), -1)
    return range(place + 1, min(end, place + 1 + _REACH))
