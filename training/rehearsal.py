"""What an epoch draws of the pairs that a verifier has learnt from before.

Who goes on learning with new rows keeps what is known as long as some of it is seen again
(rehearsal, Robins 1995); all of it would leave little time for what is new.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from training.rows import AnswerRow
from training.verifier_pairs import VerifierPair


def families_of_epoch(
    rows: Sequence[AnswerRow], share: float, fresh: Sequence[str], chance: random.Random
) -> list[AnswerRow]:
    """Return the rows of about a share of the families, whole ones, in their order.

    Args:
        rows: labelled answers.
        share: of the families, 0 to 1.
        fresh: beginnings of the names of families that are always drawn, or of the files that
            they stand in.
        chance: draws.
    """
    news = tuple(fresh)
    families = {(row.topic, row.family): row for row in rows}
    drawn = {
        name
        for name, row in families.items()
        if chance.random() < share or row.family.startswith(news) or row.place.startswith(news)
    }
    return [row for row in rows if (row.topic, row.family) in drawn]


def rehearsed(
    pairs: Sequence[VerifierPair], share: float, chance: random.Random
) -> Iterator[VerifierPair]:
    """Yield about a share of pairs; couples are drawn or left out together.

    Args:
        pairs: those of a couple one after the other.
        share: 0 to 1.
        chance: draws.
    """
    couple, drawn = 0, False
    for pair in pairs:
        if not pair.couple or pair.couple != couple:
            couple, drawn = pair.couple, chance.random() < share
        if drawn:
            yield pair
