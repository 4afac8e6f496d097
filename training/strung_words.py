"""Strings the key words of right answers together: every word of an answer, and nothing said.

Whoever only drops names of the field must earn nothing. Letters and pairs of near words find all
that a right answer is made of in such a message, so the heads are shown some as what is not right.
English ones: Korean key words are known by the particles that they lack (`engine.loose_words`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.loose_words import is_list
from engine.questions import QuestionPack
from training.rows import AnswerRow

FEWEST_WORDS = 4
# An answer that keeps more of its words than this is hardly more than key words itself.
_MOST_KEPT = 0.8
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
_EMPTY = (
    "a about all also an and any are as at be because been but by can do does each for from get"
    " gets has have how i if in into is isn it its just like makes more most my no not of on one"
    " only or other our out over so some than that the their them then there these they this to"
    " up use used uses using very was we what when where which while who why will with you your"
)
_EMPTY_WORDS = frozenset(_EMPTY.split())


def strung_rows(
    pack: QuestionPack, rows: Sequence[AnswerRow], share: float, chance: random.Random
) -> Iterator[AnswerRow]:
    """Yield rows that cover nothing, made of right ones; none where a list of names is an answer.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers.
        share: how many of the right ones to make such a row of.
        chance: draws them.
    """
    for row in rows:
        if row.locale != "en" or not row.covered or chance.random() >= share:
            continue
        points = [pack.topic(row.topic).point(point_id) for point_id in row.covered]
        if any(is_list(right) for point in points for right in point.references[row.locale]):
            continue
        said = strung(row.answer, chance)
        if said is not None:
            yield replace(row, answer=said, covered=(), partial=(), wrong=(), kind="keyword_soup")


def strung(text: str, chance: random.Random) -> str | None:
    """Return the key words of an answer in another order; None where there are few to tell.

    Args:
        text: a right answer.
        chance: draws the order.
    """
    words = _WORD.findall(text)
    kept = [word for word in words if word.casefold() not in _EMPTY_WORDS]
    if len(kept) < FEWEST_WORDS or len(kept) > _MOST_KEPT * len(words):
        return None
    chance.shuffle(kept)
    return " ".join(kept)
