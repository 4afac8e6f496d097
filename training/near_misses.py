"""Near-misses made of a sentence: a verb denied, or a word exchanged for its opposite."""

from __future__ import annotations

import random

from training.exchanged_words import exchanged
from training.negated_sentences import negated


def near_miss(text: str, chance: random.Random) -> str | None:
    """Return the sentence with one change that makes it false; None where none is known.

    Args:
        text: a sentence in Korean or English.
        chance: draws which change, and where.
    """
    first, second = chance.choice([(negated, exchanged), (exchanged, negated)])
    return first(text, chance) or second(text, chance)
