"""Finds the voice that is evaluated: a trained folder, or whatever the bot could be told to use."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from engine.artifacts import MANIFEST, UTTERANCE_GENERATOR, read_manifest
from engine.bundled_checks import bundled_checker
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import ArtifactError
from engine.generator_choice import load_writer
from engine.generator_spec import GeneratorKind, GeneratorSpec
from engine.questions import QuestionPack
from engine.stages import build_stages
from engine.utterance_writer import Sampling
from training.errors import DataError
from training.evaluation.utterance_prompts import UtterancePrompt
from training.evaluation.utterance_speed import turn_seconds
from training.evaluation.utterances import Voice
from training.utterance_scores import EpochScore

# Seconds that a server has for a batch; nobody waits for it.
PATIENCE = 300.0
# What training leaves in a folder beside the adapter.
MERGED, SWEEP = "merged", "sweep.csv"
_ADAPTER, _MODEL = "adapter_config.json", "config.json"


@runtime_checkable
class CountsTokens(Protocol):
    """A writer that can tell how long a text is for its model."""

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text."""


def load_voice(
    model: GeneratorSpec | Path,
    options: argparse.Namespace,
    pack: QuestionPack,
    packs: Mapping[str, QuestionPack],
    sampling: Sampling,
) -> Voice:
    """Load a voice.

    Args:
        model: what ``--model`` of the sub-command ``utterance`` names.
        options: ``weights`` and ``device`` of them.
        pack: what the voice speaks about.
        packs: pack id → pack, for all that its checks are asked about.
        sampling: how words are drawn.

    Raises:
        ArtifactError: it is missing, altered, or no voice.
    """
    writer = load_writer(
        spec_of(model), options.weights, options.device, sampling=sampling, patience=PATIENCE
    )
    return Voice(
        name=writer.name if writer else GeneratorKind.CURATED.value,
        pack=pack,
        writer=writer,
        checker=bundled_checker(packs),
        curated=CuratedGenerator(load_reactions()),
    )


def measure_speed(
    options: argparse.Namespace, voice: Voice, prompts: Sequence[UtterancePrompt]
) -> dict[str, Any]:
    """Time whole turns with all stages loaded, as `turn_seconds` does.

    Raises:
        ArtifactError: a model of another stage is missing or altered.
    """
    known = {voice.pack.id: voice.pack}
    stages = build_stages(options.weights, options.device, known, options.verifier, voice.writer)
    requests = [prompt.request for prompt in prompts if prompt.request is not None]
    return turn_seconds(stages, voice.pack, requests)


def spec_of(model: GeneratorSpec | Path) -> GeneratorSpec:
    """Return a choice of generator for what ``--model`` names.

    Args:
        model: the choice itself, or a folder: a whole model, or an adapter with the merged model
            beside it or a base on the hub.

    Raises:
        ArtifactError: the folder is none of these.
    """
    if isinstance(model, GeneratorSpec):
        return model
    folder = model.resolve()
    if (folder / MERGED / MANIFEST).is_file():
        folder = folder / MERGED
    if (folder / _ADAPTER).is_file():
        return GeneratorSpec(GeneratorKind.TRANSFORMERS, _base_of(folder), adapter=str(folder))
    if (folder / _MODEL).is_file():
        return GeneratorSpec(GeneratorKind.TRANSFORMERS, str(folder))
    raise ArtifactError(f"{model} holds neither a language model nor an adapter of one")


def sweep_of(model: GeneratorSpec | Path) -> tuple[EpochScore, ...]:
    """Return how each number of epochs did, where the model's folder tells.

    A sweep tells of every number that was tried; a single run, of every epoch.

    Raises:
        ArtifactError: the folder has a manifest that cannot be read.
        DataError: it has a table that cannot be read.
    """
    if isinstance(model, GeneratorSpec):
        return ()
    if (model / SWEEP).is_file():
        return _table(model / SWEEP)
    if not (model / MANIFEST).is_file():
        return ()
    manifest = read_manifest(model)
    if manifest.kind != UTTERANCE_GENERATOR:
        raise ArtifactError(f"{model} holds a model of kind {manifest.kind!r}, no voice")
    return tuple(EpochScore(**score) for score in manifest.metrics.get("epochs", ()))


def _base_of(adapter: Path) -> str:
    """Return the name of an adapter's base on the hub."""
    base = read_manifest(adapter).base.get("name", "") if (adapter / MANIFEST).is_file() else ""
    if "/" not in base:
        known = f" ({base})" if base else ""
        raise ArtifactError(
            f"{adapter} is an adapter whose base{known} is on no hub; say where it lies:"
            f" --model transformers:BASE+{adapter}"
        )
    return base


def _table(file: Path) -> tuple[EpochScore, ...]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(map(_score, csv.DictReader(stream)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError((f"{file.name}:1: epochs: is no table of a sweep: {error}",)) from None


def _score(row: Mapping[str, str]) -> EpochScore:
    return EpochScore(
        epoch=int(row["epochs"]),
        loss=float(row["loss"]),
        generated=int(row["generated"]),
        format=float(row["format"]),
        accuracy=float(row["accuracy"]),
    )
