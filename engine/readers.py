"""Chooses what reads texts and pairs: CTranslate2 on a processor, torch on a GPU.

Only the second brings torch in, which takes seconds and hundreds of megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.artifacts import ANSWER_VERIFIER, ENCODER
from engine.ports import AdaptedEncoder, BundledVerifier
from engine.served_models import ServedModels, kept_models


@dataclass(frozen=True, slots=True)
class Readers:
    """What stages 1 and 2 read with.

    Args:
        encoder: the body, still without adapters.
        verifier: the bundled verifier on it.
    """

    encoder: AdaptedEncoder
    verifier: BundledVerifier


def load_readers(weights: Path, device: str) -> Readers:
    """Load the encoder body and the bundled verifier.

    Args:
        weights: the folder with one folder a model.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: one is missing or altered, or does not fit the other.
        ImportError: a library is missing.
    """
    if device == "cpu":
        return load_served(weights, kept_models())
    return load_with_torch(weights, device)


def load_with_torch(weights: Path, device: str) -> Readers:
    """Load both as torch runs them: the reference that every other way is measured by.

    Args:
        weights: the folder with one folder a model.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: one is missing or altered, or does not fit the other.
        ImportError: a library is missing.
    """
    from engine.answer_verifier import CrossEncoderVerifier  # noqa: PLC0415 - brings torch in
    from engine.encoder import SharedEncoder  # noqa: PLC0415

    encoder = SharedEncoder(weights / ENCODER, device)
    return Readers(encoder, CrossEncoderVerifier(encoder, weights / ANSWER_VERIFIER))


def load_served(weights: Path, served: ServedModels) -> Readers:
    """Load both as CTranslate2 serves them.

    Args:
        weights: the folder with one folder a model.
        served: where models are kept as they are served.

    Raises:
        ArtifactError: one is missing or altered, or does not fit the other.
    """
    from engine.served_encoder import ServedEncoder  # noqa: PLC0415 - not needed with a GPU
    from engine.served_verifier import ServedVerifier  # noqa: PLC0415

    encoder = ServedEncoder(weights / ENCODER, served)
    return Readers(encoder, ServedVerifier(encoder, weights / ANSWER_VERIFIER))
