"""Thresholds that seldom credit what is not deserved, and figures that can be done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.contract import Intent, VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import FEATURES, FEATURES_WITH_HEAD, VerdictPolicies
from tests.support.stage_one import plain_policy
from training.rows import AnswerRow, split_of
from training.verdict_policy import (
    GRID,
    Case,
    best_threshold,
    calibration_error,
    fit,
    policies_of,
    rare_threshold,
    score,
)

COVERED, PARTIAL, WRONG, MISSING = VERIFIER_CLASSES
SPLITS = ("validation", "test")


def row(locale: str = "en", kind: str = "right") -> AnswerRow:
    return AnswerRow("loss", "f", locale, "text", Intent.ANSWER, (), (), (), kind)


def case(label: VerdictStatus, said: VerdictStatus, strength: float = 5.0, **about: str) -> Case:
    logits = np.zeros(FEATURES, dtype=np.float32)
    logits[VERIFIER_CLASSES.index(said)] = strength
    return Case(row(**about), "point", label, logits)


# Points that were learnt, and points that were not


def many(split: str, *, head: bool) -> list[Case]:
    """Return cases of one split that the verifier judges rightly."""
    family = next(f"f{n}" for n in range(999) if split_of(f"f{n}", "loss") == split)
    found = []
    for label in (COVERED, WRONG, MISSING) * 4:
        of = case(label, label)
        more = [1.0] if head else []
        features = np.array([*of.features, *more], dtype=np.float32)
        found.append(replace(of, row=replace(of.row, family=family), features=features))
    return found


def test_points_without_a_head_are_calibrated_and_scored_apart() -> None:
    cases = [c for head in (True, False) for s in SPLITS for c in many(s, head=head)]
    fitted = policies_of(cases, None)
    policies = VerdictPolicies.from_config(fitted.config)
    assert policies.known.weights.shape == (4, FEATURES_WITH_HEAD)
    assert policies.unseen.weights.shape == (4, FEATURES)
    assert fitted.metrics["n"] == fitted.metrics["unseen"]["n"] == 12
    assert fitted.metrics["unseen"]["auc"] == 1.0


def test_where_no_topic_was_held_out_the_policy_of_unseen_points_comes_from_elsewhere() -> None:
    cases = [c for s in SPLITS for c in many(s, head=True)]
    elsewhere = plain_policy(covered=0.9)
    fitted = policies_of(cases, elsewhere)
    assert VerdictPolicies.from_config(fitted.config).unseen.covered == 0.9
    assert "unseen" not in fitted.metrics
    # Without one, the known points stand in, less their heads.
    alone = VerdictPolicies.from_config(policies_of(cases, None).config)
    assert alone.unseen.weights.shape == (4, FEATURES)


# Calibration error


def test_the_calibration_error_is_the_gap_of_each_bin_weighted_by_its_share() -> None:
    probability = np.array([0.95, 0.95, 0.95, 0.95, 0.25, 0.25], dtype=np.float32)
    right = np.array([True, True, True, False, False, False])
    # Bin 9: 0.95 said, 0.75 right, four of six; bin 2: 0.25 said, 0 right, two of six.
    expected = 0.2 * 4 / 6 + 0.25 * 2 / 6
    assert calibration_error(probability, right) == pytest.approx(expected, abs=1e-4)


def test_certainty_that_is_right_has_no_calibration_error() -> None:
    probability = np.array([1.0, 1.0, 0.0], dtype=np.float32)
    assert calibration_error(probability, np.array([True, True, False])) == 0.0
    assert calibration_error(probability, np.array([False, False, True])) == 1.0


# Thresholds


def test_a_rare_threshold_is_the_lowest_that_few_enough_reach() -> None:
    probability = np.array([0.9, 0.55, 0.5, 0.31, *[0.1] * 16], dtype=np.float32)
    assert rare_threshold(probability, 0.05) == 0.56
    assert rare_threshold(probability, 0.15) == 0.32
    assert rare_threshold(probability, 0.2) == GRID[0]


def test_nobody_needs_no_threshold_and_everybody_the_highest() -> None:
    assert rare_threshold(np.array([], dtype=np.float32), 0.05) == GRID[0]
    assert rare_threshold(np.array([0.99, 0.99], dtype=np.float32), 0.05) == GRID[-1]


def test_the_best_threshold_has_the_highest_f1() -> None:
    probability = np.array([0.9, 0.8, 0.6, 0.5, 0.4], dtype=np.float32)
    wanted = np.array([True, True, False, False, False])
    assert best_threshold(probability, wanted) == 0.62


# Fitting


def test_fitting_learns_what_the_verifier_means() -> None:
    rng = np.random.default_rng(5)
    cases = [
        Case(c.row, c.point_id, c.label, (c.features + rng.normal(0, 0.3, FEATURES)).astype("f4"))
        for c in [case(label, label) for label in VERIFIER_CLASSES for _ in range(20)]
    ]
    policy = fit(cases)
    given = np.stack([c.features for c in cases])
    said = [policy.status(p) for p in policy.probabilities(given)]
    assert sum(s is c.label for s, c in zip(said, cases, strict=True)) >= 78
    assert policy.unsure <= policy.covered


def test_labels_that_never_occurred_are_never_said() -> None:
    """Two labels only: scikit-learn then keeps one row for both."""
    cases = [case(label, label) for label in (COVERED, MISSING) for _ in range(10)]
    policy = fit(cases)
    probabilities = policy.probabilities(np.stack([cases[0].features, cases[-1].features]))
    assert policy.status(probabilities[0]) is COVERED
    assert policy.status(probabilities[1]) is MISSING
    assert probabilities[:, 1:3].max() < 1e-6


# Figures


def test_figures_count_undeserved_and_refused_credit_apart() -> None:
    cases = [
        case(COVERED, COVERED, locale="ko"),
        case(COVERED, MISSING, locale="en"),
        case(WRONG, COVERED, locale="en", kind="misconception"),
        case(MISSING, MISSING, locale="en", kind="off_topic"),
    ]
    figures = score(plain_policy(), cases)
    assert figures["n"] == 4
    assert figures["credit_accuracy"] == 0.5
    assert figures["right_credited"] == 0.5
    assert figures["not_right_uncredited"] == 0.5
    assert figures["per_language"] == {"en": 0.3333, "ko": 1.0}
    assert figures["per_kind"] == {"misconception": 0.0, "off_topic": 1.0, "right": 0.5}
    assert figures["verdicts_by_label"] == {
        "covered": {"covered": 1, "missing": 1},
        "wrong": {"covered": 1},
        "missing": {"missing": 1},
    }


def test_a_share_of_nothing_is_no_number() -> None:
    assert score(plain_policy(), [case(COVERED, COVERED)])["not_right_uncredited"] is None
