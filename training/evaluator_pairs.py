"""The pairs that the S-BERT of stage 1 learns from: how near should an answer stand to a point?"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

from engine.contract import Intent
from engine.questions import QuestionPack
from training.rows import AnswerRow, label_of

# Target cosine of an answer to a reference answer of a point, by what it did for the point.
TARGETS = {"covered": 1.0, "partial": 0.6, "wrong": 0.3, "missing": 0.0}
REFERENCES_A_POINT = 1


def answer_pairs(
    pack: QuestionPack, rows: Sequence[AnswerRow], chance: random.Random
) -> Iterator[tuple[str, str, float]]:
    """Yield (answer, candidate, target cosine) for every point of each row's topic."""
    for row in rows:
        if row.intent is not Intent.ANSWER:
            continue
        for point in pack.topic(row.topic).points:
            label = label_of(row, point.id)
            references = chance.sample(point.references[row.locale], REFERENCES_A_POINT)
            for reference in references:
                yield row.answer, reference, TARGETS[label]
            wrong = chance.choice(point.wrong[row.locale]).answer
            # Which misconception a wrong row repeats is not labelled: only right rows push away.
            if label in ("covered", "missing"):
                yield row.answer, wrong, 0.2 if label == "covered" else 0.0


def pack_pairs(pack: QuestionPack, chance: random.Random) -> Iterator[tuple[str, str, float]]:
    """Yield (answer, candidate, target cosine) of the pack's own right and wrong answers."""
    for point in (point for topic in pack for point in topic.points):
        for locale in pack.locales:
            for wrong_answer in point.wrong[locale]:
                reference = chance.choice(point.references[locale])
                yield wrong_answer.answer, reference, TARGETS["wrong"]
            for contrast in point.contrasts.get(locale, ()):
                for text in contrast.rewordings:
                    yield text, contrast.reference, TARGETS["covered"]
                # One of the near-misses is enough: what tells them is the verifier.
                distorted = chance.choice(contrast.distortions)
                yield distorted, contrast.reference, TARGETS["wrong"]
            right = point.references[locale]
            for one, other in zip(right, reversed(right), strict=True):
                if one != other:
                    yield one, other, TARGETS["covered"]
        # The same point in two languages: an answer in either is as near.
        for one, other in itertools.combinations(pack.locales, 2):
            for pair in zip(point.references[one], point.references[other], strict=False):
                yield *pair, TARGETS["covered"]
