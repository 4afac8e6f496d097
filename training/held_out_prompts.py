"""Says which labelled utterances a voice is measured on.

They are drawn by rule, from families that no model learns from: the same number of every outcome
in every language, as far as there are so many, spread over the topics. People meet a rude message
more rarely than a right answer, but what is said then matters as much.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from engine.outcomes import Outcome
from training.utterance_rows import STYLES, UtteranceRow

# With this many of each outcome there are over 81 prompts a language, the size of the reference
# test set, and few enough for a processor.
MOST = 9


def held_out_prompts(
    rows: Sequence[UtteranceRow], most: int = MOST, split: str = "test"
) -> tuple[UtteranceRow, ...]:
    """Return the rows whose turns a voice is asked to phrase, in order of language and outcome.

    Args:
        rows: all labelled utterances.
        most: how many of one outcome in one language at most.
        split: which rows to draw from; models may be chosen on ``validation``.
    """
    candidates = sorted((row for row in rows if row.split == split), key=_lot)
    return tuple(row for locale in STYLES for row in _of_language(candidates, locale, most))


def _of_language(
    candidates: Sequence[UtteranceRow], locale: str, most: int
) -> tuple[UtteranceRow, ...]:
    """Draw rows of one language, each time one of a topic that was drawn least so far."""
    drawn: Counter[str] = Counter()
    chosen: list[UtteranceRow] = []
    for outcome in Outcome:
        left = [row for row in candidates if (row.locale, row.outcome) == (locale, outcome)]
        for _ in range(min(most, len(left))):
            row = min(left, key=lambda row: drawn[row.topic])
            left.remove(row)
            drawn[row.topic] += 1
            chosen.append(row)
    return tuple(chosen)


def _lot(row: UtteranceRow) -> str:
    """Return what orders rows at random, yet the same way for ever."""
    facts = (row.topic, row.family, row.locale, row.style, row.question, row.answer)
    return hashlib.sha256("|".join(facts).encode()).hexdigest()
