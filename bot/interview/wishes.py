"""Reads what a typed message wishes of the interview itself: to end it, to rest, to see the report.

Only a whole message counts. "그만" wishes to stop, "학습을 일찍 그만두는 거야" explains early
stopping; what is no wish for certain is left to the engine. What comes of a wish is decided
elsewhere (`bot.interview.typed`).
"""

from __future__ import annotations

import re
import unicodedata

from bot.interview.wish_words import Wish, english_wishes, korean_wishes

LONGEST = 60
"""Characters of the longest message that is read; whoever writes more says something else."""

_ENGLISH = tuple((wish, re.compile(words)) for wish, words in english_wishes())
_KOREAN = tuple((wish, re.compile(words)) for wish, words in korean_wishes())
_APOSTROPHES = re.compile(r"['’]")
_SIGNS = re.compile(r"[\W_]+")
# Laughter, tears, and what is playfully drawn out behind a word; alone they say something else.
_PLAYFUL = re.compile(r"(?<=[가-힣a-z?!.~ ])[ㅋㅎㅠㅜㅇㅁㅂㄴ]+(?=[\W_]|$)")


def read_wish(text: str) -> Wish | None:
    """Return what a whole message wishes of the interview; None where it wishes nothing of it.

    Args:
        text: what was typed.
    """
    if len(text) > LONGEST:
        return None
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFC", text).casefold())
    worded = _SIGNS.sub(" ", _PLAYFUL.sub(" ", plain)).strip()
    # People set the spaces of Korean as they like.
    joined = worded.replace(" ", "")
    read = ((_ENGLISH, worded), (_KOREAN, joined))
    found = (wish for table, said in read for wish, words in table if words.fullmatch(said))
    return next(found, None)
