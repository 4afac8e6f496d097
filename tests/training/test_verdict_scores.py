"""Figures of verdicts that can be done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contract import Intent, VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import FEATURES
from tests.support.stage_one import plain_policy
from training.rows import AnswerRow
from training.verdict_cases import Case
from training.verdict_scores import calibration_error, score

COVERED, PARTIAL, WRONG, MISSING = VERIFIER_CLASSES


def case(
    label: VerdictStatus, said: VerdictStatus, locale: str = "en", kind: str = "right"
) -> Case:
    row = AnswerRow("loss", "f", locale, "text", Intent.ANSWER, (), (), (), kind)
    logits = np.zeros(FEATURES, dtype=np.float32)
    logits[VERIFIER_CLASSES.index(said)] = 5.0
    return Case(row, "point", label, logits)


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
