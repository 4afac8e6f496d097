"""Builds what a worker serves: the packs, the stages, and the facts about them.

Torch is touched by what needs it alone: a GPU, and models that are not bundled.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.artifacts import BUNDLED, WEIGHTS, read_manifest
from engine.checked_generator import CheckedGenerator
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import EngineError, PackError
from engine.fakes import FakeEvaluator, FakeSelector
from engine.generator_choice import choose_generator, load_writer
from engine.generator_spec import GeneratorKind, GeneratorSpec
from engine.missing_library import missing_library
from engine.pack_reader import find_packs, read_pack
from engine.pipeline import Pipeline
from engine.questions import QuestionPack
from engine.turn_queue import WorkerFacts
from engine.utterance_writer import UtteranceWriter
from engine.verifier_spec import BUNDLED_VERIFIER, VerifierSpec

PACKS = Path(__file__).parents[1] / "dataset" / "packs"
DEVICES = ("auto", "cpu", "cuda")
log = logging.getLogger("engine")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where an engine is built from.

    Args:
        packs: folder with one folder a pack.
        weights: folder with one folder a model.
        device: one of `DEVICES`; ``auto`` takes CUDA where there is some, and torch to use it.
        fake: whether to use stand-ins for the models.
        verifier: which verifier judges answers.
        generator: what phrases utterances, as `engine.generator_spec` reads it; one that cannot
            be read, or used, is no reason not to start.
    """

    packs: Path = PACKS
    weights: Path = WEIGHTS
    device: str = "auto"
    fake: bool = False
    verifier: VerifierSpec = BUNDLED_VERIFIER
    generator: str = GeneratorKind.AUTO.value


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """A pipeline that is ready to run, and what to tell about it.

    Args:
        pipeline: the stages.
        facts: what to tell.
        writer: the language model in stage 3, if there is one.
    """

    pipeline: Pipeline
    facts: WorkerFacts
    writer: UtteranceWriter | None = None


def load_engine(settings: EngineSettings) -> LoadedEngine:
    """Load packs and stages.

    Raises:
        PackError: a pack cannot be used, or there is none.
        ArtifactError: a model is missing or altered.
        EngineError: a library or the device is missing.
    """
    packs = load_packs(settings.packs)
    if settings.fake:
        curated = CuratedGenerator(load_reactions())
        fakes = Pipeline(packs, FakeEvaluator(), FakeSelector(), curated)
        return LoadedEngine(fakes, WorkerFacts(fake=True, models={}, device="cpu"))
    # Read first: a missing model is then reported without waiting for any library.
    models = {kind: read_manifest(settings.weights / kind).digest for kind in BUNDLED}
    try:
        device = choose_device(settings.device)
        from engine.batching import Batching  # noqa: PLC0415 - stand-ins need no models
        from engine.stages import build_stages  # noqa: PLC0415

        batching = Batching(device)
        choice = choose_generator(settings.generator, settings.weights, device)
        stages = build_stages(
            settings.weights,
            device,
            packs,
            settings.verifier,
            batching.writer(choice.writer),
            batching,
        )
    except ImportError as error:
        raise EngineError(missing_library(error)) from error
    generator = stages[-1]
    counters = generator.counters if isinstance(generator, CheckedGenerator) else None
    facts = WorkerFacts(False, models, device, choice.facts, counters, batching.counters)
    return LoadedEngine(Pipeline(packs, *stages), facts, choice.writer)


def prepare_engine(settings: EngineSettings) -> None:
    """Make what a worker would make at its first start and its first turns; nothing for stand-ins.

    Raises:
        PackError: a pack cannot be used, or there is none.
        ArtifactError: a model is missing or altered.
        EngineError: a library or the device is missing.
    """
    packs = load_packs(settings.packs)
    if settings.fake:
        return
    try:
        from engine.stages import prepare  # noqa: PLC0415 - stand-ins need no models

        device = choose_device(settings.device)
        prepare(settings.weights, device, packs)
        load_writer(GeneratorSpec(), settings.weights, device, served=True)
    except ImportError as error:
        raise EngineError(missing_library(error)) from error


def load_packs(folder: Path) -> Mapping[str, QuestionPack]:
    """Return all packs below a folder: id → pack.

    Raises:
        PackError: with the faults of all of them, or because there is none.
    """
    packs: dict[str, QuestionPack] = {}
    faults: list[str] = []
    for name, place in find_packs(folder).items():
        try:
            pack = read_pack(place)
        except PackError as error:
            faults.extend(f"{name}/{fault}" for fault in error.faults)
            continue
        if pack.id in packs:
            faults.append(f"{name}/pack.yaml: another pack is called {pack.id!r} already")
        packs[pack.id] = pack
    if not packs and not faults:
        faults.append(f"{folder}: there is no question pack (a folder with a pack.yaml) in it")
    if faults:
        raise PackError(tuple(faults))
    return packs


def choose_device(wanted: str) -> str:
    """Return what inference runs on, ``cpu`` or ``cuda``.

    Raises:
        EngineError: CUDA is wanted and there is none.
        ImportError: CUDA is wanted and torch is not installed.
    """
    if wanted == "cpu":
        return wanted
    from ctranslate2 import get_cuda_device_count  # noqa: PLC0415 - stand-ins need no models

    if wanted == "auto" and not get_cuda_device_count():
        return "cpu"
    try:
        import torch  # noqa: PLC0415 - takes seconds and hundreds of megabytes
    except ImportError as error:
        if wanted == "cuda":
            raise
        log.warning("models run on the processor, although there is a GPU: %s", error)
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise EngineError("there is no usable CUDA device; start with --device auto or cpu")
    return "cpu"
