"""Thresholds that seldom credit what is not deserved, and figures that can be done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.contract import Intent, VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import FEATURES, FEATURES_WITH_HEAD, VerdictPolicies, VerdictPolicy
from training.rows import AnswerRow, split_of
from training.verdict_cases import Case, Strangers
from training.verdict_policy import (
    GRID,
    best_threshold,
    fit,
    policies_of,
    rare_threshold,
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


def contrary(questions: int) -> list[Case]:
    """Return answers of which the verifier takes right ones for missing, and the reverse."""
    judged = (case(COVERED, MISSING), case(MISSING, COVERED), case(WRONG, WRONG))
    return [of for _ in range(questions) for of in judged]


STRANGERS = Strangers(tuned=contrary(5), unseen=contrary(3), further=contrary(2))


def test_points_that_nothing_was_learnt_of_are_calibrated_on_such_questions() -> None:
    cases = [c for s in SPLITS for c in many(s, head=True)]
    fitted = policies_of(cases, STRANGERS)
    policies = VerdictPolicies.from_config(fitted.config)
    assert policies.known.weights.shape == (4, FEATURES_WITH_HEAD)
    assert policies.unseen.weights.shape == (4, FEATURES)
    given = case(COVERED, MISSING).features
    assert policies.unseen.status(policies.unseen.probabilities(given)) is COVERED, "as it is there"
    assert {name: fitted.metrics[name]["n"] for name in ("unseen", "further")} == {
        "unseen": 9,
        "further": 6,
    }
    assert fitted.metrics["unseen"]["auc"] == fitted.metrics["further"]["auc"] == 1.0
    assert fitted.metrics["n"] == 12


def test_topics_that_were_held_out_are_scored_as_unseen_points() -> None:
    cases = [c for head in (True, False) for s in SPLITS for c in many(s, head=head)]
    fitted = policies_of(cases, STRANGERS)
    assert fitted.metrics["held_out"]["n"] == 12
    assert fitted.metrics["held_out"]["auc"] < 0.5, "calibrated on others, who are contrary"


def test_without_such_questions_held_out_topics_or_the_known_points_stand_in() -> None:
    known, held_out = ([c for s in SPLITS for c in many(s, head=head)] for head in (True, False))
    for cases in ([*known, *held_out], known):
        fitted = policies_of(cases, Strangers())
        unseen = VerdictPolicies.from_config(fitted.config).unseen
        assert unseen.weights.shape == (4, FEATURES)
        given = case(COVERED, COVERED).features
        assert unseen.status(unseen.probabilities(given)) is COVERED
        assert "unseen" not in fitted.metrics


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


def credited(policy: VerdictPolicy, cases: Sequence[Case]) -> float:
    """Return the share of cases that a policy credits."""
    given = np.stack([case.features for case in cases])
    return float((policy.probabilities(given)[:, 0] >= policy.covered).mean())


def test_of_near_misses_a_quarter_at_most_is_credited() -> None:
    """They are few among what is wrong, and would hide behind the rest."""
    right = [case(COVERED, COVERED, 1 + n / 10) for n in range(40)]
    other = [case(MISSING, MISSING) for _ in range(150)]
    shares = {}
    for kind in ("misconception", "near_miss"):
        close = [case(WRONG, COVERED, n / 4 - 1, kind=kind) for n in range(16)]
        # Points that a near-miss does not touch are no near-misses to them.
        policy = fit([*right, *other, *close, *(case(MISSING, MISSING, kind=kind),) * 40])
        shares[kind] = credited(policy, close)
        assert credited(policy, right) > 0, "still some of the right ones"
    assert shares["near_miss"] <= 0.25 < shares["misconception"]


def test_labels_that_never_occurred_are_never_said() -> None:
    """Two labels only: scikit-learn then keeps one row for both."""
    cases = [case(label, label) for label in (COVERED, MISSING) for _ in range(10)]
    policy = fit(cases)
    probabilities = policy.probabilities(np.stack([cases[0].features, cases[-1].features]))
    assert policy.status(probabilities[0]) is COVERED
    assert policy.status(probabilities[1]) is MISSING
    assert probabilities[:, 1:3].max() < 1e-6
