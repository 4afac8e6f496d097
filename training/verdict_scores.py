"""Says how good verdicts are, on cases that nothing was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from engine.arrays import FloatArray
from engine.contract import VerdictStatus
from engine.verdicts import VerdictPolicies, VerdictPolicy
from training.verdict_cases import Case, Strangers


def score_all(
    policies: VerdictPolicies, cases: Sequence[Case], strangers: Strangers
) -> dict[str, Any]:
    """Return the figures of known points; by name, those of points that nothing was learnt of.

    Args:
        policies: judge.
        cases: of the test split.
        strangers: answers to questions that nothing was learnt of; those to score are scored.
    """
    metrics = score(policies.known, [case for case in cases if case.has_head])
    others = {
        "held_out": [case for case in cases if not case.has_head],
        "unseen": strangers.unseen,
        "further": strangers.further,
    }
    figures = {name: score(policies.unseen, of) for name, of in others.items() if of}
    return {**metrics, **figures}


def score(policy: VerdictPolicy, cases: Sequence[Case]) -> dict[str, Any]:
    """Return figures over (message, point) cases: overall, per label, language and kind."""
    given = np.stack([case.features for case in cases])
    probabilities = policy.probabilities(given)
    verdicts = [policy.status(row) for row in probabilities]
    credited = np.array([verdict is VerdictStatus.COVERED for verdict in verdicts])
    right = np.array([case.label is VerdictStatus.COVERED for case in cases])
    agreed = credited == right
    kinds = sorted({case.row.kind for case in cases})
    locales = sorted({case.row.locale for case in cases})
    statuses: dict[str, dict[str, int]] = {}
    for case, verdict in zip(cases, verdicts, strict=True):
        row = statuses.setdefault(case.label.value, {})
        row[verdict.value] = row.get(verdict.value, 0) + 1

    def share(of: npt.NDArray[np.bool_]) -> float | None:
        return round(float(agreed[of].mean()), 4) if of.any() else None

    return {
        "split": "test",
        "n": len(cases),
        "credit_accuracy": round(float(agreed.mean()), 4),
        "right_credited": share(right),
        "not_right_uncredited": share(~right),
        "auc": _auc(probabilities[:, 0], right),
        "expected_calibration_error": calibration_error(probabilities[:, 0], right),
        "per_language": {
            name: share(np.array([case.row.locale == name for case in cases])) for name in locales
        },
        "per_kind": {
            name: share(np.array([case.row.kind == name for case in cases])) for name in kinds
        },
        "verdicts_by_label": statuses,
    }


def _auc(probability: FloatArray, right: npt.NDArray[np.bool_]) -> float | None:
    """Return the area under the curve of right against the rest."""
    both = right.any() and not right.all()
    return round(float(roc_auc_score(right, probability)), 4) if both else None


def calibration_error(probability: FloatArray, right: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error of "covered" over ten equal bins (Guo et al. 2017)."""
    bins = np.minimum((probability * 10).astype(int), 9)
    error = sum(
        abs(float(probability[bins == b].mean()) - float(right[bins == b].mean()))
        * float((bins == b).mean())
        for b in range(10)
        if (bins == b).any()
    )
    return round(error, 4)
