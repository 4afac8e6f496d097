"""Fits the calibration of verdicts and chooses their thresholds, on validation rows only.

What the verifier says of questions that it never met is worth less, and is calibrated apart, on
answers to questions that nobody learnt from (`training.question_sets`). The test rows are scored
once, with what was chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from engine.arrays import FloatArray
from engine.contract import VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.questions import QuestionPack
from engine.verdicts import FEATURES, VerdictPolicies, VerdictPolicy
from training.rows import AnswerRow, of_split
from training.softmax_layer import softmax_layer
from training.verdict_cases import Case, Strangers, find_cases, find_strangers
from training.verdict_scores import score_all

# A wrong "correct" is the worst mistake, a wrong "wrong" the next: shares of the validation cases
# that may suffer each, and of right answers that may be passed over without a question.
FALSE_CREDIT = 0.125
# Of near-misses, which are the hardest to tell, so many at most.
FALSE_CREDIT_NEAR = 0.25
FALSE_BLAME = 0.04
PASSED_OVER = 0.05
LEAST_PARTIAL = 0.5
_WRONG = VERIFIER_CLASSES.index(VerdictStatus.WRONG)
GRID = tuple(round(0.3 + 0.02 * i, 2) for i in range(35))


@dataclass(frozen=True, slots=True)
class FittedPolicies:
    """What goes into the manifest: both policies, and how good they are on test rows."""

    config: Mapping[str, Any]
    metrics: Mapping[str, Any]


def fit_policies(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> FittedPolicies:
    """Fit on validation rows, score on test rows.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers of all splits, only messages that are answers.
        options: names ``base``, ``evaluator``, ``data`` and ``out``, the folder of the trained
            verifier.

    Raises:
        ArtifactError: one of these models cannot be used.
        DataError: the answers to questions outside of every pack have faults.
    """
    heldout = [*of_split(rows, "validation"), *of_split(rows, "test")]
    strangers = find_strangers(options.data, partial(find_cases, options=options))
    return policies_of(find_cases(pack, heldout, options), strangers)


def policies_of(cases: Sequence[Case], strangers: Strangers) -> FittedPolicies:
    """Fit both policies on the validation cases and score them on the test cases.

    Args:
        cases: of both splits.
        strangers: answers to questions that nothing was learnt of. Without them unseen points are
            calibrated on topics that were held out, and without these on all cases, less their
            heads: too sure of itself, since it knows their answers.
    """
    tuned = [case for case in cases if case.row.split == "validation"]
    test = [case for case in cases if case.row.split == "test"]
    known = fit([case for case in tuned if case.has_head])
    held_out = [case for case in tuned if not case.has_head]
    without_heads = [replace(case, features=case.features[:FEATURES]) for case in tuned]
    unseen = fit(strangers.tuned or held_out or without_heads)
    config = {"policy": known.to_config(), "policy_unseen": unseen.to_config()}
    return FittedPolicies(config, score_all(VerdictPolicies(known, unseen), test, strangers))


def fit(cases: Sequence[Case]) -> VerdictPolicy:
    """Fit calibration and thresholds on cases of at least two labels."""
    wanted = np.array([VERIFIER_CLASSES.index(case.label) for case in cases])
    given = np.stack([case.features for case in cases])
    model = LogisticRegression(C=0.5, max_iter=5000)
    model.fit(given, wanted)
    weights = np.zeros((len(VERIFIER_CLASSES), given.shape[1]), dtype=np.float32)
    bias = np.full(len(VERIFIER_CLASSES), -20.0, dtype=np.float32)  # a class never seen
    weights[model.classes_], bias[model.classes_] = softmax_layer(model)
    loose = VerdictPolicy(weights, bias, covered=1.0, wrong=1.0, unsure=1.0, partial=1.0)
    probabilities = loose.probabilities(given)
    right = wanted == 0
    near = np.array([case.row.kind == "near_miss" for case in cases]) & (wanted == _WRONG)
    covered = max(
        rare_threshold(probabilities[~right, 0], FALSE_CREDIT),
        rare_threshold(probabilities[near, 0], FALSE_CREDIT_NEAR),
    )
    passed_over = np.quantile(probabilities[right, 0], PASSED_OVER) if right.any() else covered
    return VerdictPolicy(
        weights=weights,
        bias=bias,
        covered=covered,
        wrong=rare_threshold(probabilities[right, 2], FALSE_BLAME),
        unsure=round(min(float(passed_over), covered), 3),
        # Partial rows are few: a threshold below one half would be chosen on chance.
        partial=max(LEAST_PARTIAL, best_threshold(probabilities[:, 1], wanted == 1)),
    )


def rare_threshold(probability: FloatArray, share: float) -> float:
    """Return the lowest threshold that at most this share of the probabilities reaches.

    Args:
        probability: of a verdict, over cases that do not deserve it.
        share: how many of them may get it all the same.
    """
    for threshold in GRID:
        if (probability >= threshold).sum() <= share * len(probability):
            return threshold
    return GRID[-1]


def best_threshold(probability: FloatArray, wanted: npt.NDArray[np.bool_]) -> float:
    """Return the threshold with the highest F1."""

    def f1(threshold: float) -> float:
        said = probability >= threshold
        both = float((said & wanted).sum())
        return 2 * both / max(1.0, float(said.sum() + wanted.sum()))

    return max(GRID, key=f1)
