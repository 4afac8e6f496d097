"""The verdicts of a verifier that is not the bundled one: plain and careful, or calibrated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import MANIFEST, Manifest, write_manifest
from engine.contract import VerdictStatus
from engine.errors import ArtifactError
from engine.verdicts import FEATURES, VerdictPolicies
from engine.verifier_choice import CALIBRATION, calibration_base, plain_policies, read_policies
from engine.verifier_spec import VerifierSpec, parse_verifier
from tests.support.stage_one import plain_policy

SPEC = parse_verifier("hub:some/model")
COVERED, PARTIAL, WRONG = VerdictStatus.COVERED, VerdictStatus.PARTIAL, VerdictStatus.WRONG
MISSING, UNSURE = VerdictStatus.MISSING, VerdictStatus.UNSURE


@pytest.mark.parametrize(
    ("said", "verdict"),
    [  # covered, partial, wrong, missing
        ((0.61, 0.13, 0.13, 0.13), COVERED),
        ((0.59, 0.14, 0.14, 0.13), UNSURE),
        ((0.10, 0.10, 0.61, 0.19), WRONG),
        ((0.25, 0.05, 0.59, 0.11), UNSURE),
        ((0.10, 0.70, 0.10, 0.10), PARTIAL),
        ((0.30, 0.50, 0.10, 0.10), UNSURE),
        ((0.21, 0.00, 0.00, 0.79), UNSURE),
        ((0.10, 0.10, 0.10, 0.70), MISSING),
    ],
)
@pytest.mark.parametrize("similar", [0.0, 1.0])
def test_the_logits_alone_decide_and_doubt_credits_nothing(
    said: tuple[float, ...], verdict: VerdictStatus, similar: float
) -> None:
    row = np.array([*np.log(np.maximum(said, 1e-6)), *[similar] * 4], dtype=np.float32)
    with_head = np.append(row, np.float32(9.0))
    for features in (row, with_head):
        policy = plain_policies().of(features)
        assert policy.status(policy.probabilities(features)) is verdict


def write_calibration(folder: Path, spec: VerifierSpec, beside: str) -> Path:
    policies = plain_policies()
    policies = VerdictPolicies(policies.known, plain_policy(covered=0.9))
    config = {"policy": policies.known.to_config(), "policy_unseen": policies.unseen.to_config()}
    folder.mkdir()
    base = calibration_base(spec, beside)
    write_manifest(folder, Manifest(CALIBRATION, base, config, {}, {}, 1))
    return folder


def test_a_calibration_takes_the_place_of_the_plain_policies(tmp_path: Path) -> None:
    folder = write_calibration(tmp_path / "c", SPEC, "models")
    assert read_policies(folder, SPEC, "models").unseen.covered == 0.9
    plain = read_policies(tmp_path / "none", SPEC, "models").unseen
    assert plain.covered == 0.6
    assert plain.weights.shape == (4, FEATURES)


@pytest.mark.parametrize(
    ("spec", "beside"), [(SPEC, "other models"), (parse_verifier("hub:other/model"), "models")]
)
def test_a_calibration_for_something_else_is_refused(
    tmp_path: Path, spec: VerifierSpec, beside: str
) -> None:
    folder = write_calibration(tmp_path / "c", SPEC, "models")
    with pytest.raises(ArtifactError, match=r"calibrate_verifier --verifier hub:"):
        read_policies(folder, spec, beside)


def test_a_damaged_calibration_is_refused(tmp_path: Path) -> None:
    folder = write_calibration(tmp_path / "c", SPEC, "models")
    (folder / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(ArtifactError, match="no manifest"):
        read_policies(folder, SPEC, "models")
