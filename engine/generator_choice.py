"""Loads the language model that somebody chose to phrase utterances.

An interview never waits for one: where it cannot be used, curated utterances are said, and what is
wrong is told in the worker's log, in its health and by ``python -m bot doctor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.artifacts import MANIFEST, UTTERANCE_GENERATOR, verify
from engine.chat_completions import ChatCompletions, ServerKey
from engine.errors import ArtifactError, EngineError
from engine.generator_facts import CURATED, GeneratorFacts
from engine.generator_spec import KEY_VARIABLE, GeneratorKind, GeneratorSpec, parse_generator
from engine.missing_library import missing_library
from engine.server_writer import ServerWriter
from engine.utterance_writer import Sampling, UtteranceWriter

# Seconds that a server has for the utterances of one call. A turn makes two at most, and the bot
# waits 30 s for the whole of it.
CALL_PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class GeneratorChoice:
    """A generator that was chosen.

    Args:
        facts: what is told about it.
        writer: the language model; None where curated utterances alone are said.
    """

    facts: GeneratorFacts
    writer: UtteranceWriter | None = None


def choose_generator(text: str, weights: Path, device: str) -> GeneratorChoice:
    """Load the language model that was chosen, or say why it cannot be used.

    Args:
        text: one of `engine.generator_spec.FORMS`.
        weights: folder with one folder a bundled model.
        device: ``cpu`` or ``cuda``.
    """
    try:
        spec = parse_generator(text)
    except ValueError as error:
        return GeneratorChoice(GeneratorFacts(chosen="unknown", trouble=str(error)))
    chosen = spec.public_name
    try:
        writer = load_writer(spec, weights, device, served=True)
    except EngineError as error:
        return GeneratorChoice(GeneratorFacts(chosen, trouble=str(error)))
    except ImportError as error:
        return GeneratorChoice(GeneratorFacts(chosen, trouble=missing_library(error)))
    return GeneratorChoice(GeneratorFacts(chosen, writer.name if writer else CURATED), writer)


def load_writer(  # noqa: PLR0913 - what a writer is made of, passed once
    spec: GeneratorSpec,
    weights: Path,
    device: str,
    *,
    sampling: Sampling | None = None,
    patience: float = CALL_PATIENCE,
    served: bool = False,
) -> UtteranceWriter | None:
    """Load a language model that phrases utterances; None where none is to.

    Args:
        spec: which.
        weights: folder with one folder a bundled model.
        device: ``cpu`` or ``cuda``.
        sampling: how it draws words; as in an interview where it is None.
        patience: seconds that a server has for the utterances of one call.
        served: whether the bundled one may run in int8 and draw its words by a chance that no seed
            decides, several times as quickly.

    Raises:
        ArtifactError: it cannot be used.
        ImportError: a library is missing.
    """
    bundled = weights / UTTERANCE_GENERATOR
    if spec.kind is GeneratorKind.OPENAI:
        key = ServerKey.from_environment(KEY_VARIABLE)
        return ServerWriter(spec.model, ChatCompletions(spec.base_url, key, patience), sampling)
    if spec.kind is GeneratorKind.TRANSFORMERS:
        adapter = Path(spec.adapter) if spec.adapter else None
        return _load_causal(spec.model, adapter, device, sampling)
    if spec.kind is GeneratorKind.TINY or (
        spec.kind is GeneratorKind.AUTO and (bundled / MANIFEST).exists()
    ):
        verify(bundled, UTTERANCE_GENERATOR)
        if served and device == "cpu":
            return _load_served(bundled, sampling)
        return _load_causal(str(bundled), None, device, sampling, GeneratorKind.TINY.value)
    return None


def _load_served(folder: Path, sampling: Sampling | None) -> UtteranceWriter:
    from engine.served_models import kept_models  # noqa: PLC0415 - only where it speaks
    from engine.served_writer import ServedWriter  # noqa: PLC0415

    return ServedWriter(GeneratorKind.TINY.value, folder, kept_models(), sampling)


def _load_causal(
    base: str, adapter: Path | None, device: str, sampling: Sampling | None, name: str = ""
) -> UtteranceWriter:
    from engine.causal_writer import load_causal_writer  # noqa: PLC0415 - brings torch in

    try:
        return load_causal_writer(base, adapter, device, sampling, name)
    except (EngineError, ImportError):
        raise
    except Exception as error:  # any model may be named, and its code may stumble over anything
        said = (str(error).strip() or "it gives no reason").splitlines()[0]
        raise ArtifactError(
            f"{base} cannot be used ({type(error).__name__}: {said}); choose another model"
        ) from error
