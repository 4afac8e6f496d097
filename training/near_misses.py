"""Near-misses made of a sentence: a verb denied, or a word exchanged for its opposite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from training.exchanged_words import exchanged
from training.negated_sentences import negated
from training.rows import AnswerRow


def near_miss(text: str, chance: random.Random) -> str | None:
    """Return the sentence with one change that makes it false; None where none is known.

    Args:
        text: a sentence in Korean or English.
        chance: draws which change, and where.
    """
    first, second = chance.choice([(negated, exchanged), (exchanged, negated)])
    return first(text, chance) or second(text, chance)


def near_miss_of(row: AnswerRow, chance: random.Random) -> str | None:
    """Return a near-miss of a right answer; None where it could still be right, or none is known.

    Only where an answer covers one point, and nothing else of it could have become false, and never
    of a question: that asks, whichever way it is put.
    """
    if len(row.covered) != 1 or "?" in row.answer:
        return None
    return near_miss(row.answer, chance)


def near_miss_rows(
    rows: Sequence[AnswerRow], share: float, chance: random.Random
) -> Iterator[AnswerRow]:
    """Yield near-misses of right answers as rows that deny the point.

    Args:
        rows: labelled answers.
        share: how many of the right ones to make one of.
        chance: draws which.
    """
    for row in rows:
        if not row.wrong and chance.random() < share:
            made = near_miss_of(row, chance)
            if made is not None:
                yield replace(row, answer=made, covered=(), wrong=row.covered, kind="near_miss")
