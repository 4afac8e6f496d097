"""From similarities and logits to a verdict, with the words that earned it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import FloatArray
from engine.candidates import PointVectors
from engine.contract import VerdictStatus
from engine.errors import ArtifactError
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import (
    FEATURES,
    FEATURES_WITH_HEAD,
    MISCONCEPTION_FLOOR,
    QUOTED_WHOLE,
    VERIFIER_CHARACTERS,
    Proximity,
    VerdictPolicies,
    VerdictPolicy,
    features,
    proximity,
    verifier_context,
    verifier_text,
)
from tests.support.stage_one import WordEncoder, plain_policy

RIGHT = ("it measures the error", "distance to the truth", "gap between guess and label")
FOREIGN = ("모델의 오차",)
WRONG = ("money that was lost", "number of layers", "size of the data")
ENCODER = WordEncoder()


def vectors(*texts: str) -> FloatArray:
    return np.stack([ENCODER.vector(text) for text in texts])


POINT = PointVectors(RIGHT, WRONG, vectors(*RIGHT, *FOREIGN), vectors(*WRONG))


def near(*units: str) -> Proximity:
    return proximity(units, vectors(*units), POINT)


def test_the_clause_nearest_to_a_right_answer_is_the_evidence() -> None:
    found = near("hello there, it measures the error", "hello there", "it measures the error")
    assert found.evidence == "it measures the error"
    assert found.clause_reference == pytest.approx(1.0)
    assert found.reference == pytest.approx(4 / np.sqrt(6 * 4), abs=1e-6)
    assert found.similarity == found.clause_reference


def test_a_short_message_nearer_than_its_clauses_is_quoted_whole() -> None:
    whole = "it measures, the error"
    assert near(whole, "it measures", "the error").evidence == whole
    long = whole + " x" * QUOTED_WHOLE
    assert near(long, "it measures", "the error").evidence != long


def test_partly_right_is_said_only_while_nothing_is_likelier() -> None:
    policy = plain_policy(covered=0.9, wrong=0.9, unsure=0.9, partial=0.3)
    assert policy.status(np.array([0.1, 0.5, 0.4, 0], dtype=np.float32)) is VerdictStatus.PARTIAL
    assert policy.status(np.array([0.1, 0.4, 0.5, 0], dtype=np.float32)) is VerdictStatus.MISSING


def test_the_clause_nearest_to_a_wrong_answer_is_kept_apart() -> None:
    found = near(
        "it measures the error, or the number of layers",
        "it measures the error",
        "or the number of layers",
    )
    assert found.evidence == "it measures the error"
    assert found.wrong_evidence == "or the number of layers"
    assert found.misconception == 1


def test_a_message_of_one_piece_is_its_own_evidence() -> None:
    found = near("the size of the data")
    assert found.evidence == found.wrong_evidence == "the size of the data"
    assert found.misconception == 2
    assert found.clause_wrong == found.wrong


def test_a_wrong_answer_of_ones_own_is_no_known_misconception() -> None:
    """Cosine 2/√(5·5) to "size of the data": nearest of the wrong ones, but no rewording of it."""
    found = near("size counts for the most")
    assert 0 < found.wrong < MISCONCEPTION_FLOOR
    assert found.misconception is None


def test_no_misconception_is_named_to_somebody_nearer_to_a_right_answer() -> None:
    found = near("it measures the error number of layers")
    assert found.wrong >= MISCONCEPTION_FLOOR
    assert found.reference > found.wrong
    assert found.misconception is None


def test_a_misconception_is_compared_with_what_the_same_words_say() -> None:
    """One clause is right, another repeats a wrong answer; the right one does not excuse it."""
    found = near(
        "it measures the error, number of layers",
        "it measures the error",
        "number of layers",
    )
    assert found.misconception == 1


def test_right_answers_are_shown_nearest_first_and_in_the_language_of_the_interview() -> None:
    assert near("gap between guess and truth").nearest == (RIGHT[2], RIGHT[1])
    foreign = near("모델의 오차")
    assert foreign.similarity == pytest.approx(1.0)
    assert set(foreign.nearest) <= set(RIGHT)


def test_features_are_the_logits_then_the_similarities() -> None:
    found = near("it measures the error, money", "it measures the error", "money")
    logits = np.array([1, 2, 3, 4], dtype=np.float32)
    row = features(found, logits, None)
    assert row.shape == (FEATURES,)
    assert row.tolist() == pytest.approx(
        [1, 2, 3, 4, found.reference, found.wrong, found.clause_reference, found.clause_wrong]
    )
    assert features(found, logits, 7.0).tolist() == pytest.approx([*row.tolist(), 7.0])


def test_points_that_were_learnt_and_points_that_were_not_have_policies_of_their_own() -> None:
    found = near("it measures the error", "it measures the error", "money")
    logits = np.zeros(4, dtype=np.float32)
    policies = VerdictPolicies.from_config(config())
    assert policies.of(features(found, logits, 1.0)) is policies.known
    assert policies.of(features(found, logits, None)) is policies.unseen
    assert policies.known.weights.shape == (4, FEATURES_WITH_HEAD)
    assert policies.unseen.weights.shape == (4, FEATURES)


# What the verifier reads


def test_a_short_message_is_read_whole() -> None:
    units = ("one thing, another thing", "one thing", "another thing")
    assert verifier_text(units, vectors(*units), POINT) == units[0]


def test_of_a_long_message_the_nearest_clauses_are_read_in_their_order() -> None:
    chatter = [f"chatter number {i} about nothing at all and then some more" for i in range(12)]
    clauses = [*chatter[:6], "distance to the truth", *chatter[6:], "it measures the error"]
    units = [", ".join(clauses), *clauses]
    assert len(units[0]) > VERIFIER_CHARACTERS
    text = verifier_text(units, vectors(*units), POINT)
    assert len(text) <= VERIFIER_CHARACTERS
    assert 0 <= text.index("distance to the truth") < text.index("it measures the error")
    assert len(text) > VERIFIER_CHARACTERS / 2


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_long_message_that_cannot_be_cut_is_cut_off(pieces: int) -> None:
    units = ["x" * 1000, "y" * 900, "z" * 100][: 1 if pieces == 1 else 3]
    assert len(verifier_text(units, vectors(*units), POINT)) <= VERIFIER_CHARACTERS


@given(st.lists(st.text(alphabet="abc ", min_size=1, max_size=200), min_size=1, max_size=8))
def test_the_verifier_never_reads_more_than_its_share(clauses: list[str]) -> None:
    units = [", ".join(clauses), *(clauses if len(clauses) > 1 else [])]
    text = verifier_text(units, vectors(*units), POINT)
    assert len(text) <= VERIFIER_CHARACTERS
    assert text


def test_the_context_names_the_point_and_right_answers() -> None:
    context = verifier_context("Distance", ("it is the gap", "how far apart"))
    assert context == "Distance | it is the gap | how far apart"


def test_a_right_answer_word_for_word_is_credited_whatever_the_models_say() -> None:
    assert not near("it measures the errors").verbatim
    found = near(" It measures the ERROR! ")
    assert found.verbatim
    sure_of_wrong = np.array([0.01, 0, 0.99, 0], dtype=np.float32)
    verdict = plain_policy().verdict("p", found, sure_of_wrong)
    assert (verdict.status, verdict.probability) == (VerdictStatus.COVERED, 1.0)


def test_words_strung_together_are_asked_about_and_never_credited() -> None:
    sure_of_right = np.array([0.99, 0.01, 0, 0], dtype=np.float32)
    sure_of_wrong = np.array([0.01, 0, 0.99, 0], dtype=np.float32)
    strung = near("모델 오차 거리 정답 예측 차이 측정")
    assert plain_policy().verdict("p", strung, sure_of_right).status is VerdictStatus.UNSURE
    assert plain_policy().verdict("p", strung, sure_of_wrong).status is VerdictStatus.WRONG
    said = near("모델 오차는 정답과 예측의 차이를 측정한 거야")
    assert plain_policy().verdict("p", said, sure_of_right).status is VerdictStatus.COVERED


# Probabilities and thresholds

NUMBERS = st.floats(-50, 50, width=32)


@given(st.lists(NUMBERS, min_size=FEATURES, max_size=FEATURES))
def test_probabilities_sum_to_one(row: list[float]) -> None:
    rng = np.random.default_rng(3)
    policy = VerdictPolicy(
        rng.normal(size=(4, FEATURES)).astype(np.float32),
        rng.normal(size=4).astype(np.float32),
        *(0.5, 0.5, 0.3, 0.5),
    )
    one = policy.probabilities(np.array(row, dtype=np.float32))
    many = policy.probabilities(np.array([row, row], dtype=np.float32))
    assert one.shape == (4,)
    assert one.sum() == pytest.approx(1, abs=1e-5)
    assert (one >= 0).all()
    np.testing.assert_allclose(many, np.stack([one, one]), atol=1e-5)


C, P, W, M = VERIFIER_CLASSES
UNSURE = VerdictStatus.UNSURE


@pytest.mark.parametrize(
    ("probabilities", "status"),
    [
        ((0.9, 0.05, 0.03, 0.02), C),
        ((0.8, 0.1, 0.05, 0.05), C),  # the threshold itself is enough
        ((0.79, 0.11, 0.05, 0.05), UNSURE),
        ((0.5, 0.1, 0.2, 0.2), UNSURE),
        ((0.49, 0.11, 0.2, 0.2), M),
        ((0.2, 0.1, 0.6, 0.1), W),
        ((0.2, 0.6, 0.1, 0.1), P),
        ((0.1, 0.1, 0.1, 0.7), M),
        ((0.25, 0.25, 0.25, 0.25), M),
    ],
)
def test_thresholds(probabilities: tuple[float, ...], status: VerdictStatus) -> None:
    policy = plain_policy(covered=0.8, wrong=0.6, unsure=0.5, partial=0.6)
    assert policy.status(np.array(probabilities, dtype=np.float32)) is status


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda p: sum(p) > 0.01),
    st.floats(0, 1),
)
def test_doubt_never_credits(raw: list[float], covered: float) -> None:
    """Not even where the threshold is low: another verdict must not be likelier."""
    probabilities = np.array([part / sum(raw) for part in raw], dtype=np.float32)
    policy = plain_policy(covered=covered, wrong=0.5, unsure=0.0, partial=0.5)
    credited = policy.status(probabilities) is VerdictStatus.COVERED
    assert credited == (probabilities[0] >= covered and probabilities[0] == probabilities.max())


def test_a_verdict_carries_its_words_and_numbers() -> None:
    found = near(
        "it measures the error, or the number of layers",
        "it measures the error",
        "or the number of layers",
    )
    policy = plain_policy()
    right = policy.verdict("p", found, np.array([0.9, 0.1, 0, 0], dtype=np.float32))
    assert (right.status, right.evidence, right.misconception) == (
        C,
        "it measures the error",
        None,
    )
    assert right.probability == pytest.approx(0.9)
    assert right.similarity == found.similarity
    wrong = policy.verdict("p", found, np.array([0.1, 0, 0.9, 0], dtype=np.float32))
    assert (wrong.status, wrong.evidence, wrong.misconception) == (
        W,
        "or the number of layers",
        1,
    )
    missing = policy.verdict("p", found, np.array([0, 0, 0, 1], dtype=np.float32))
    assert (missing.status, missing.evidence, missing.misconception) == (M, None, None)


def config(**changes: Any) -> dict[str, Any]:
    policy = {
        "weights": [[0.5] * FEATURES] * 4,
        "bias": [0, 1, 2, 3],
        "covered": 0.7,
        "wrong": 0.6,
        "unsure": 0.4,
        "partial": 0.5,
    }
    known = {**policy, "weights": [[0.5] * FEATURES_WITH_HEAD] * 4}
    return {"policy": {**known, **changes}, "policy_unseen": {**policy, **changes}}


def test_a_policy_is_read_from_a_manifest() -> None:
    policy = VerdictPolicies.from_config(config()).unseen
    assert policy.weights.shape == (4, FEATURES)
    assert policy.bias.tolist() == [0, 1, 2, 3]
    assert (policy.covered, policy.wrong, policy.unsure, policy.partial) == (0.7, 0.6, 0.4, 0.5)


@pytest.mark.parametrize(
    "unusable",
    [
        {},
        {"policy": {}, "policy_unseen": {}},
        {"policy": None, "policy_unseen": None},
        {"policy": config()["policy"]},
        config(covered="high"),
        config(weights=[[1.0], [1.0, 2.0]]),
        config(weights=[[0.5] * 3] * 4),
        config(bias=[0.0] * 3),
    ],
)
def test_an_unusable_policy_is_refused(unusable: dict[str, Any]) -> None:
    with pytest.raises(ArtifactError, match="policy"):
        VerdictPolicies.from_config(unusable)
