"""Figures of ranked inputs that can be done by hand, and how tables show them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contract import VerdictStatus
from training.evaluation.answers import PointJudgement, credit_f1
from training.evaluation.bundled import Goal
from training.evaluation.ranking import Outcome, Ranking
from training.evaluation.tables import Table, groups_table, shortened


def outcome(topic: str, language: str, *agreed: bool, kind: str = "") -> Outcome:
    return Outcome("rows.csv:2", topic, language, kind, "said", "a", "b", agreed)


RANKING = Ranking(
    candidates=("a", "b", "c"),
    near=np.array([[0.9, 0.2, 0.1], [0.6, 0.5, 0.0], [0.1, 0.8, 0.3]], dtype=np.float32),
    truth=np.array([0, 1, 1]),
    outcomes=(
        outcome("one", "ko", True, True),
        outcome("one", "en", False),
        outcome("two", "ko", False, kind="hedged"),
    ),
)


def test_all_candidates_compete_for_the_accuracy() -> None:
    figures = RANKING.figures()
    assert figures["n"] == 3
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["mean_diff"] == pytest.approx((0.7 - 0.1 + 0.5) / 3, abs=1e-4)


def test_legal_accuracy_counts_decisions_not_inputs() -> None:
    figures = RANKING.figures()
    assert figures["accuracy_legal"] == 0.5
    assert figures["per_language"]["ko"] == {"n": 2, "accuracy": 1.0, "accuracy_legal": 0.6667}
    assert figures["per_topic"]["one"] == {"n": 2, "accuracy": 0.5, "accuracy_legal": 0.6667}
    assert figures["per_kind"] == {"hedged": {"n": 1, "accuracy": 1.0, "accuracy_legal": 0.0}}


def test_confusion_counts_what_was_nearest() -> None:
    assert RANKING.confusion() == {"a": {"a": 1}, "b": {"a": 1, "b": 1}}


def test_what_went_wrong_is_told_with_its_similarities() -> None:
    first, second = RANKING.figures()["wrong"]
    assert (first["nearest"], first["similarity"], first["similarity_of_label"]) == ("a", 0.6, 0.5)
    assert second["nearest"] == "b"  # the bot alone was wrong


def test_f1_weighs_undeserved_and_refused_credit_alike() -> None:
    covered, missing = VerdictStatus.COVERED, VerdictStatus.MISSING
    judged = [
        PointJudgement(covered, covered, 0.9),
        PointJudgement(covered, missing, 0.1),
        PointJudgement(missing, covered, 0.8),
        PointJudgement(covered, covered, 0.7),
    ]
    assert credit_f1(judged) == pytest.approx(2 * 2 / (3 + 3), abs=1e-4)
    assert credit_f1([PointJudgement(missing, missing, 0.1)]) is None


def test_a_goal_may_bound_from_either_side() -> None:
    assert Goal("x", 1, 0.97, 0.97).met is True
    assert Goal("x", 1, 0.06, 0.05, most=True).met is False
    assert Goal("x", 1, None, 0.97).met is None
    assert Goal("x", 1, 0.5).met is None


def test_columns_stand_below_one_another_whatever_the_script() -> None:
    lines = str(Table("t", ("이름", "n"), (("손실", "1"), ("loss", "2")))).splitlines()
    assert lines[3:] == ["손실  1", "loss  2"]


def test_a_group_without_a_figure_shows_a_dash() -> None:
    assert groups_table("t", {"ko": {"n": 2, "accuracy": None}}).rows == (("ko", "2", "–"),)


def test_long_texts_are_cut_to_one_line() -> None:
    assert shortened("a\nb  c") == "a b c"
    assert len(shortened("x" * 100)) == 48
