"""The measures of similarities to candidates, on tables small enough to do by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.candidate_scores import CandidateScores, accuracy, corr, mae, mean_diff, mse

NEAR = np.array([[0.9, 0.2, 0.1], [0.6, 0.5, 0.1]], np.float32)
TRUTH = np.array([0, 1])


def test_the_nearest_candidate_is_the_choice() -> None:
    assert accuracy(NEAR, TRUTH) == 0.5


def test_mean_diff_rewards_a_clear_win_and_punishes_a_loss_by_its_size() -> None:
    assert mean_diff(NEAR, TRUTH) == pytest.approx(((0.9 - 0.2) - (0.6 - 0.5)) / 2)
    assert mean_diff(NEAR, np.array([0, 2])) == pytest.approx(((0.9 - 0.2) - (0.6 - 0.1)) / 2)


def test_errors_are_distances_from_one_and_nought_over_all_candidates() -> None:
    distances = np.array([0.1, 0.2, 0.1, 0.6, 0.5, 0.1])
    assert mse(NEAR, TRUTH) == pytest.approx((distances**2).mean())
    assert mae(NEAR, TRUTH) == pytest.approx(distances.mean())


def test_correlation_is_taken_over_all_inputs_and_candidates() -> None:
    assert corr(np.eye(3, dtype=np.float32), np.arange(3)) == pytest.approx(1)
    assert corr(1 - np.eye(3, dtype=np.float32), np.arange(3)) == pytest.approx(-1)
    assert corr(np.full((2, 3), 0.5, np.float32), TRUTH) == 0


def test_all_measures_together() -> None:
    scores = CandidateScores.of(NEAR, TRUTH)
    assert scores.n == 2
    assert scores.accuracy == accuracy(NEAR, TRUTH)
    assert scores.corr == corr(NEAR, TRUTH)
    assert scores.rounded()["mse"] == round(mse(NEAR, TRUTH), 5)
