"""A quick reading is enough unless the verdict could turn on what it is off by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import FloatArray
from engine.ports import VERIFIER_CLASSES
from engine.second_reading import SLACK, is_open
from engine.verdicts import FEATURES, VerdictPolicy
from tests.support.stage_one import plain_policy

POLICY = plain_policy(covered=0.6, wrong=0.7, unsure=0.2, partial=0.5)
REST = np.zeros(FEATURES - len(VERIFIER_CLASSES), dtype=np.float32)


def row(*logits: float) -> FloatArray:
    return np.concatenate([np.array(logits, dtype=np.float32), REST])


def of(*probabilities: float) -> FloatArray:
    """The features of what the plain policy gives these probabilities."""
    return row(*np.log(probabilities))


@pytest.mark.parametrize(
    "clear",
    [(0.9, 0.03, 0.03, 0.04), (0.05, 0.02, 0.9, 0.03), (0.02, 0.02, 0.06, 0.9)],
    ids=["covered", "wrong", "missing"],
)
def test_what_stands_far_from_all_thresholds_is_settled(clear: tuple[float, ...]) -> None:
    assert not is_open(POLICY, of(*clear))


@pytest.mark.parametrize(
    "narrow",
    [
        (0.62, 0.02, 0.02, 0.34),
        (0.58, 0.02, 0.02, 0.38),
        (0.05, 0.02, 0.68, 0.25),
        (0.19, 0.01, 0.1, 0.7),
        (0.02, 0.52, 0.02, 0.44),
    ],
    ids=["covered", "not quite covered", "not quite wrong", "not quite unsure", "partial"],
)
def test_what_stands_near_a_threshold_is_open(narrow: tuple[float, ...]) -> None:
    assert is_open(POLICY, of(*narrow))


def test_two_that_are_nearly_as_likely_are_open_above_every_threshold() -> None:
    low = plain_policy(covered=0.3, wrong=0.9, unsure=0.1, partial=0.3)
    assert is_open(low, of(0.46, 0.44, 0.05, 0.05))
    assert not is_open(low, of(0.7, 0.2, 0.05, 0.05))


def test_a_policy_that_does_not_read_the_logits_leaves_nothing_open() -> None:
    deaf = VerdictPolicy(
        np.zeros_like(POLICY.weights), np.log(np.array([0.6, 0.1, 0.1, 0.2])), 0.6, 0.7, 0.2, 0.5
    )
    assert not is_open(deaf, row(5, 0, 0, 0))


@given(
    st.lists(st.floats(-4, 4), min_size=4, max_size=4),
    st.integers(0, len(VERIFIER_CLASSES) - 1),
    st.floats(-1, 1),
)
def test_a_settled_verdict_stays_however_one_logit_is_off(
    logits: list[float], which: int, share: float
) -> None:
    quick = row(*logits)
    exact = quick.copy()
    # Of a hair less than the slack, for what rounding adds.
    exact[which] += 0.99 * SLACK * share
    same = POLICY.status(POLICY.probabilities(quick)) is POLICY.status(POLICY.probabilities(exact))
    assert same or is_open(POLICY, quick)
