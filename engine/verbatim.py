"""Recognises an answer that is one of the right answers word for word.

What the pack itself calls right needs no model to be believed. The subject may stand in front
("A loss function is …"), or words that only lead in ("I think it's …"), and a polite or plain
ending behind; any other word, above all a negation, makes it another answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_IGNORED = re.compile(r"[\s.,!?~…'\"“”‘’]+")
_LINK = r"(?:이란|란|이라는건|은|는|이|가|:|is|are|means)?(?:an?(?=[a-z])|the)?"
# What leads in and says nothing; a right answer may drop or take an article.
_LEAD = (
    r"(?:음|어|아마도?|그건|그게|이건|그거|제생각(?:엔|에는)|내생각(?:엔|에는)|um+|uh+|well|so|ok|okay|"
    r"ithink|iguess|ibelieve|maybe|probably|its|itis|thats|thatis|thisis|thisiscalled|itscalled|itiscalled)*"
    r"(?:an?(?=[a-z])|the)?"
)
_ARTICLE = re.compile(r"^(?:an?|the)\s+(?!few\b|little\b)", re.IGNORECASE)
_ENDING = (
    r"(?:이야|야|이다|다|이에요|예요|에요|입니다|임|이지|지|이죠|죠|요|라고생각해|같아|것같아|거야|"
    r"겁니다|것)?"
)


def says_word_for_word(text: str, references: Sequence[str], subject: Sequence[str]) -> bool:
    """Whether a message is one of the right answers, but for subject, ending and punctuation.

    Args:
        text: the message.
        references: right answers.
        subject: names of what the question is about.
    """
    said = _bare(text)
    # Hardly ever one of them; to look for all of them by pattern would cost more than a model.
    held = [reference for reference in _all_bare(tuple(references)) if reference in said]
    if not held:
        return False
    names = "|".join(re.escape(_bare(name)) for name in subject)
    front = rf"(?:(?:an?|the)?(?:{names}){_LINK})?" if names else ""
    known = "|".join(map(re.escape, held))
    return re.fullmatch(rf"{_LEAD}{front}(?:{known}){_ENDING}", said) is not None


@lru_cache(maxsize=4096)  # more than there are answer points in all packs
def _all_bare(references: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_bare(_ARTICLE.sub("", reference)) for reference in references)


def _bare(text: str) -> str:
    return _IGNORED.sub("", text.casefold())
