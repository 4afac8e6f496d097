"""Loads the verifier that somebody chose in the bundled one's stead, with policies of its own.

The bundled calibration is fitted to the bundled logits and means nothing for others. Until a
verifier is calibrated (`training.calibrate_verifier`), its four logits alone decide, and doubt
credits nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.artifacts import MANIFEST, Manifest, verify
from engine.chat_completions import ChatCompletions, ServerKey
from engine.errors import ArtifactError
from engine.language_model_verifier import LanguageModelVerifier
from engine.ports import VERIFIER_CLASSES, AdaptedEncoder, AnswerVerifier, BundledVerifier
from engine.verdicts import FEATURES, FEATURES_WITH_HEAD, VerdictPolicies, VerdictPolicy
from engine.verifier_spec import KEY_VARIABLE, VerifierKind, VerifierSpec

# Beside the model folders: one folder a calibrated verifier.
CALIBRATIONS = "calibrations"
CALIBRATION = "verifier_calibration"
# Seconds that a server has for one turn; the bot waits 30 s for the whole of it.
TURN_PATIENCE = 10.0
# A verdict counts from this probability on; below it the answer is asked about once more, unless
# covered is out of the question.
SURE = 0.6
POSSIBLE = 0.2


@dataclass(frozen=True, slots=True)
class Judge:
    """A verifier with the policies that its logits are read by.

    Args:
        verifier: the verifier.
        policies: the policies.
        quick: reads nearly the same in less time; None where nothing does.
    """

    verifier: AnswerVerifier
    policies: VerdictPolicies
    quick: AnswerVerifier | None = None


def choose_judge(
    spec: VerifierSpec,
    encoder: AdaptedEncoder,
    answers: Manifest,
    bundled: BundledVerifier,
    calibrations: Path,
) -> Judge:
    """Load the verifier that was chosen, with its policies.

    Args:
        spec: which.
        encoder: the bundled encoder; the verifier runs where it does.
        answers: the manifest of the bundled answer evaluator.
        bundled: the bundled verifier.
        calibrations: folder with one folder a calibrated verifier; may be missing.

    Raises:
        ArtifactError: it, or its calibration, cannot be used.
    """
    if spec.kind is VerifierKind.BUNDLED:
        policies = VerdictPolicies.from_config(bundled.manifest.config)
        return Judge(bundled, policies, bundled.quick)
    beside = models_digest(encoder.manifest, answers, bundled.manifest)
    policies = read_policies(calibrations / spec.folder_name, spec, beside)
    return Judge(load_verifier(spec, encoder.device), policies)


def load_verifier(
    spec: VerifierSpec, device: str, patience: float = TURN_PATIENCE
) -> AnswerVerifier:
    """Load a verifier other than the bundled one.

    Args:
        spec: which.
        device: ``cpu`` or ``cuda``.
        patience: seconds that a server has for a handful of pairs.

    Raises:
        ArtifactError: it cannot be used.
    """
    if spec.kind is VerifierKind.HUB:
        from engine.hub_verifier import HubVerifier  # noqa: PLC0415 - brings torch in

        return HubVerifier(spec.model, device)
    key = ServerKey.from_environment(KEY_VARIABLE)
    return LanguageModelVerifier(spec.model, ChatCompletions(spec.base_url, key, patience))


def read_policies(folder: Path, spec: VerifierSpec, beside: str) -> VerdictPolicies:
    """Return the policies in a calibration folder, or plain ones where there is none.

    Args:
        folder: may be missing.
        spec: the verifier that it must be about.
        beside: digest of the bundled models that it must be fitted with.

    Raises:
        ArtifactError: it is damaged, about another verifier, or older than the bundled models.
    """
    if not (folder / MANIFEST).exists():
        return plain_policies()
    manifest = verify(folder, CALIBRATION)
    if manifest.base != calibration_base(spec, beside):
        raise ArtifactError(
            f"{folder} was fitted for another verifier or beside other models: remove it, or run "
            f"`python -m training.calibrate_verifier --verifier {spec}` again"
        )
    return VerdictPolicies.from_config(manifest.config)


def calibration_base(spec: VerifierSpec, beside: str) -> dict[str, str]:
    """Return what the manifest of a calibration says that it is for."""
    return {"verifier": spec.public_name, "folder": spec.folder_name, "models": beside}


def models_digest(*manifests: Manifest) -> str:
    """Return one sha256 for the bundled models whose figures a calibration takes in."""
    return hashlib.sha256("".join(m.digest for m in manifests).encode()).hexdigest()


def plain_policies() -> VerdictPolicies:
    """Return policies that read the four logits as they are, and neither similarities nor heads."""

    def plain(size: int) -> VerdictPolicy:
        return VerdictPolicy(
            weights=np.eye(len(VERIFIER_CLASSES), size, dtype=np.float32),
            bias=np.zeros(len(VERIFIER_CLASSES), dtype=np.float32),
            covered=SURE,
            wrong=SURE,
            unsure=POSSIBLE,
            partial=SURE,
        )

    return VerdictPolicies(known=plain(FEATURES_WITH_HEAD), unseen=plain(FEATURES))
