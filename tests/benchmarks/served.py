"""What the worker serves by default, loaded into this process: the subject of the benchmark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.artifacts import (
    ANSWER_EVALUATOR,
    MANIFEST,
    QUESTION_SELECTOR,
    UTTERANCE_GENERATOR,
    WEIGHTS,
)
from engine.generator_spec import GeneratorKind
from engine.loading import EngineSettings, LoadedEngine, load_engine
from engine.ports import TextEncoder
from engine.readers import load_readers

_CACHE = "ENGINE_CACHE"


def served_engine(generator: GeneratorKind = GeneratorKind.AUTO) -> LoadedEngine:
    """Return the worker's pipeline."""
    return load_engine(EngineSettings(device="cpu", generator=generator.value))


def served_encoder() -> TextEncoder:
    """Return the encoder of both S-BERT stages as the worker runs it."""
    encoder = load_readers(WEIGHTS, "cpu").encoder
    for adapter in (ANSWER_EVALUATOR, QUESTION_SELECTOR):
        encoder.add_adapter(WEIGHTS / adapter, adapter)
    return encoder


def bundles_language_model() -> bool:
    """Return whether a language model is shipped, so that one speaks by default."""
    return (WEIGHTS / UTTERANCE_GENERATOR / MANIFEST).exists()


@contextmanager
def own_cache() -> Iterator[Path]:
    """Keep what engines make apart from what this machine keeps, for the length of a block."""
    before = os.environ.get(_CACHE)
    with TemporaryDirectory() as name:
        os.environ[_CACHE] = name
        try:
            yield Path(name)
        finally:
            del os.environ[_CACHE]
            if before is not None:
                os.environ[_CACHE] = before
