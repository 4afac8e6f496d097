"""Fits the calibration of verdicts and chooses their thresholds, on validation rows only.

Everything runs through the very code that serves: the stored weights, the candidate vectors, the
clauses. The test rows are scored once, with what was chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from engine.answer_evaluator import message_units
from engine.answer_verifier import CrossEncoderVerifier
from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR, ANSWER_VERIFIER, verify
from engine.candidates import CandidateVectors
from engine.contract import VerdictStatus
from engine.encoder import SharedEncoder
from engine.point_heads import PointHeads
from engine.ports import VERIFIER_CLASSES, AnswerVerifier
from engine.questions import QuestionPack
from engine.verdicts import (
    FEATURES,
    FEATURES_WITH_HEAD,
    Proximity,
    VerdictPolicies,
    VerdictPolicy,
    features,
    proximity,
    verifier_pair,
)
from training.rows import AnswerRow, label_of, of_split
from training.softmax_layer import softmax_layer

# A wrong "correct" is the worst mistake, a wrong "wrong" the next: shares of the validation cases
# that may suffer each, and of right answers that may be passed over without a question.
FALSE_CREDIT = 0.125
FALSE_BLAME = 0.04
PASSED_OVER = 0.05
LEAST_PARTIAL = 0.5
GRID = tuple(round(0.3 + 0.02 * i, 2) for i in range(35))


@dataclass(frozen=True, slots=True)
class FittedPolicies:
    """What goes into the manifest: both policies, and how good they are on test rows."""

    config: Mapping[str, Any]
    metrics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One (message, point) with its features and label."""

    row: AnswerRow
    point_id: str
    label: VerdictStatus
    features: FloatArray

    @property
    def has_head(self) -> bool:
        """Whether the point's answers were learnt from."""
        return len(self.features) == FEATURES_WITH_HEAD


def fit_policies(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> FittedPolicies:
    """Fit on validation rows, score on test rows.

    Where topics were held out, the policy of unseen points is fitted and scored on them; a model
    that learnt from all topics takes it over from such a one, named by ``unseen``.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers of all splits, only messages that are answers.
        options: names ``base``, ``evaluator``, ``hold_out``, ``unseen`` and ``out``, the folder of
            the trained verifier.

    Raises:
        ArtifactError: one of these models cannot be used.
    """
    heldout = [*of_split(rows, "validation"), *of_split(rows, "test")]
    cases = find_cases(pack, heldout, options)
    return policies_of(cases, _taken_over(options))


def policies_of(cases: Sequence[Case], unseen: VerdictPolicy | None) -> FittedPolicies:
    """Fit both policies on the validation cases and score them on the test cases.

    Args:
        cases: of both splits.
        unseen: the policy of points without a head, where it was fitted elsewhere.
    """
    tuned = [case for case in cases if case.row.split == "validation"]
    test = [case for case in cases if case.row.split == "test"]
    known = fit([case for case in tuned if case.has_head])
    strangers = [case for case in tuned if not case.has_head]
    if unseen is None:
        # Without topics that were held out this is too sure of itself: it knows their answers.
        unseen = fit(strangers or [replace(c, features=c.features[:FEATURES]) for c in tuned])
    config = {"policy": known.to_config(), "policy_unseen": unseen.to_config()}
    return FittedPolicies(config, score_all(VerdictPolicies(known, unseen), test))


def _taken_over(options: argparse.Namespace) -> VerdictPolicy | None:
    """Return the policy of unseen points of another verifier, if one is named."""
    if options.unseen is None:
        return None
    return VerdictPolicies.from_config(verify(options.unseen, ANSWER_VERIFIER).config).unseen


def find_cases(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> list[Case]:
    """Run rows through the stored models.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers.
        options: as for `fit_policy`.

    Raises:
        ArtifactError: one of the models cannot be used.
    """
    encoder = SharedEncoder(options.base, options.device)
    encoder.add_adapter(options.evaluator, ANSWER_EVALUATOR)
    verifier = CrossEncoderVerifier(encoder, options.out)
    return cases_of(pack, rows, encoder, verifier, PointHeads.load(options.out, pack.id))


def cases_of(
    pack: QuestionPack,
    rows: Sequence[AnswerRow],
    encoder: SharedEncoder,
    verifier: AnswerVerifier,
    heads: PointHeads,
) -> list[Case]:
    """Run rows through loaded models.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers.
        encoder: has the answer evaluator's adapter.
        verifier: judges pairs.
        heads: of the points whose answers were learnt from.
    """
    candidates = CandidateVectors(pack, encoder, ANSWER_EVALUATOR, model_digest="", cache=None)
    units = [message_units(row.answer) for row in rows]
    # All at once: one row after another would leave a GPU idle and a processor waiting.
    vectors = encoder.encode_many([t for texts in units for t in texts], ANSWER_EVALUATOR)
    seen: list[tuple[AnswerRow, str, Proximity, float | None]] = []
    pairs: list[tuple[str, str]] = []
    start = 0
    for row, texts in zip(rows, units, strict=True):
        own = vectors[start : start + len(texts)]
        start += len(texts)
        topic = pack.topic(row.topic)
        learnt = heads.scores(pack.id, topic, texts[0]) or {}
        for point in topic.points:
            known = candidates.of(topic.id, point.id, row.locale)
            near = proximity(texts, own, known, topic.subject)
            seen.append((row, point.id, near, learnt.get(point.id)))
            pairs.append(verifier_pair(topic, point.id, row.locale, near, texts, own, known))
    logits = verifier.judge(pairs)
    return [
        Case(
            row,
            point_id,
            VerdictStatus(label_of(row, point_id)),
            features(near, scores, head),
        )
        for (row, point_id, near, head), scores in zip(seen, logits, strict=True)
    ]


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
    covered = rare_threshold(probabilities[~right, 0], FALSE_CREDIT)
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


def score_all(policies: VerdictPolicies, cases: Sequence[Case]) -> dict[str, Any]:
    """Return the figures of known points, and under ``unseen`` those of the others."""
    metrics = score(policies.known, [case for case in cases if case.has_head])
    strangers = [case for case in cases if not case.has_head]
    return {**metrics, "unseen": score(policies.unseen, strangers)} if strangers else metrics


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
