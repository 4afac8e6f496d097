"""Grades short answers to any question, with nothing learnt about it.

The verifier reads the question with the right answers nearest to the student's, as it reads an
answer point in an interview. The grade is the calibrated probability of covered and half that of
partial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.candidates import PointVectors
from engine.clauses import message_units
from engine.ports import VERIFIER_CLASSES, AnswerVerifier, TextEncoder
from engine.verdicts import (
    Proximity,
    VerdictPolicies,
    VerdictPolicy,
    features,
    proximity,
    verifier_context,
    verifier_text,
)
from training.evaluation.grading_rows import GRADES, GradedAnswer
from training.evaluation.memory import RememberingEncoder, RememberingVerifier

_WORTH = np.array([GRADES[status] for status in VERIFIER_CLASSES], dtype=np.float32)
# No plausible wrong answers are known here; the calibration is told that the answer is as far from
# them as answers mostly are. From 0.4 to 0.6, figures on the unseen answers of SemEval-2013 task 7
# hardly move.
UNKNOWN_WRONG = 0.5


@dataclass(frozen=True, slots=True)
class Graded:
    """What the models make of graded answers.

    Args:
        probabilities: calibrated, of each verdict, ``(answers, 4)``, in `VERIFIER_CLASSES` order.
        cosine: similarity to the nearest right answer, ``(answers,)``: the figure to beat.
    """

    probabilities: FloatArray
    cosine: FloatArray

    @property
    def grades(self) -> FloatArray:
        """The grade of each answer, 0 to 1."""
        return np.asarray(self.probabilities @ _WORTH, dtype=np.float32)


def grade(
    encoder: TextEncoder,
    verifier: AnswerVerifier,
    policies: VerdictPolicies,
    rows: Sequence[GradedAnswer],
) -> Graded:
    """Grade answers.

    Args:
        encoder: the encoder with the answer evaluator's adapter.
        verifier: judges pairs.
        policies: the calibration; what holds for questions that nobody learnt is used.
        rows: the answers; an empty one gets no similarity to anything.
    """
    texts, judge = RememberingEncoder(encoder), RememberingVerifier(verifier)
    texts.prepare(
        [t for row in rows for t in (*message_units(row.answer), *row.references)], ANSWER_EVALUATOR
    )
    near, pairs = [], []
    for row in rows:
        units = message_units(row.answer)
        vectors = texts.encode(units, ANSWER_EVALUATOR)
        known = _point(row.references, texts)
        proximity_ = replace(
            proximity(units, vectors, known), wrong=UNKNOWN_WRONG, clause_wrong=UNKNOWN_WRONG
        )
        near.append(proximity_)
        context = verifier_context(row.question, proximity_.nearest)
        pairs.append((context, verifier_text(units, vectors, known)))
    return Graded(
        probabilities=_probabilities(policies.unseen, near, judge.judge(pairs)),
        cosine=np.array([n.reference for n in near], dtype=np.float32),
    )


def _point(references: tuple[str, ...], encoder: TextEncoder) -> PointVectors:
    """Return right answers as an answer point without wrong ones."""
    vectors = encoder.encode(references, ANSWER_EVALUATOR)
    return PointVectors(references, (), vectors, np.zeros((1, vectors.shape[1]), np.float32))


def _probabilities(
    policy: VerdictPolicy, near: Sequence[Proximity], logits: FloatArray
) -> FloatArray:
    given = np.stack([features(n, row, None) for n, row in zip(near, logits, strict=True)])
    return policy.probabilities(given)
