"""Figures of grades against the grades that people gave.

Within a question means: after taking each question's mean off both sides, so that telling easy
questions from hard ones earns nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from engine.arrays import FloatArray
from engine.contract import VerdictStatus
from engine.ports import VERIFIER_CLASSES
from training.evaluation.grading import Graded
from training.evaluation.grading_rows import GradedAnswer, meaning_of, number_of

# Which label stands for a verdict where the file has none that means it.
_NEXT_BEST = {
    VerdictStatus.COVERED: (VerdictStatus.COVERED,),
    VerdictStatus.PARTIAL: (VerdictStatus.PARTIAL, VerdictStatus.MISSING, VerdictStatus.WRONG),
    VerdictStatus.WRONG: (VerdictStatus.WRONG, VerdictStatus.MISSING),
    VerdictStatus.MISSING: (VerdictStatus.MISSING, VerdictStatus.WRONG),
}


def grading_figures(rows: Sequence[GradedAnswer], graded: Graded) -> dict[str, Any]:
    """Return all figures, JSON-ready; None where the file does not allow one.

    ``auc_correct`` counts as correct what is labelled so, or has at least the middle of the range
    of all scores. ``cosine`` holds the same figures for plain similarity.
    """
    said = predicted_labels(rows, graded)
    labels = [row.label for row in rows]
    labelled = said is not None and None not in labels
    return {
        "n": len(rows),
        **_correlations(rows, graded.grades),
        "accuracy": round(float(accuracy_score(labels, said)), 4) if labelled else None,
        "macro_f1": (
            round(float(f1_score(labels, said, average="macro", zero_division=0.0)), 4)
            if labelled
            else None
        ),
        "cosine": _correlations(rows, graded.cosine),
    }


def predicted_labels(rows: Sequence[GradedAnswer], graded: Graded) -> list[str] | None:
    """Return the label that each answer gets; None where the file has none.

    Labels that are words get the probabilities of the verdicts that they stand for; labels that
    are numbers share the range of grades out evenly, in their order.
    """
    labels = sorted({row.label for row in rows if row.label})
    if not labels:
        return None
    meanings = {meaning_of(label): label for label in reversed(labels)}
    if None in meanings:
        levels = sorted(labels, key=lambda label: number_of(label) or 0.0)
        bins = np.minimum((graded.grades * len(levels)).astype(int), len(levels) - 1)
        return [levels[int(index)] for index in bins]
    names = [_label_for(status, meanings) for status in VERIFIER_CLASSES]
    distinct = list(dict.fromkeys(names))
    belongs = np.array([[name == label for name in names] for label in distinct], dtype=np.float32)
    best = (graded.probabilities @ belongs.T).argmax(axis=1)
    return [distinct[int(index)] for index in best]


def _label_for(status: VerdictStatus, meanings: dict[VerdictStatus | None, str]) -> str:
    """Return the file's label for a verdict, or the verdict's own name where it has none."""
    return next((meanings[s] for s in _NEXT_BEST[status] if s in meanings), status.value)


def _correlations(rows: Sequence[GradedAnswer], grades: FloatArray) -> dict[str, float | None]:
    given = np.array([row.grade for row in rows], dtype=np.float64)
    questions = [row.question for row in rows]
    one, other = _centred(grades, questions), _centred(given, questions)
    return {
        "pearson": _rounded(pearsonr, grades, given),
        "spearman": _rounded(spearmanr, grades, given),
        "pearson_within_question": _rounded(pearsonr, one, other),
        "spearman_within_question": _rounded(spearmanr, one, other),
        "auc_correct": _auc(rows, given, grades),
    }


def _centred(values: npt.ArrayLike, groups: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return values less the mean of their group."""
    given = np.asarray(values, dtype=np.float64)
    _, group = np.unique(groups, return_inverse=True)
    means = np.bincount(group, weights=given) / np.bincount(group)
    return given - means[group]


def _rounded(measure: Any, one: npt.ArrayLike, other: npt.ArrayLike) -> float | None:
    """Return a correlation, None where one side is all the same."""
    if np.ptp(one) < 1e-9 or np.ptp(other) < 1e-9:
        return None
    return round(float(measure(one, other).statistic), 4)


def _auc(
    rows: Sequence[GradedAnswer], given: npt.NDArray[np.float64], grades: FloatArray
) -> float | None:
    meanings = [meaning_of(row.label or "") for row in rows]
    if None in meanings:
        correct = given >= (given.min() + given.max()) / 2
    else:
        correct = np.array([meaning is VerdictStatus.COVERED for meaning in meanings])
    if correct.all() or not correct.any():
        return None
    return round(float(roc_auc_score(correct, grades)), 4)
