"""Looks over everything that a worker needs and says all that is wrong, for ``--check``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.artifacts import BUNDLED, verify
from engine.errors import ArtifactError, EngineError, PackError, WriterUnavailableError
from engine.loading import EngineSettings, LoadedEngine, load_engine, load_packs
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn

_SAMPLE = SpokenTurn(
    locale="en",
    style=Style.PLAIN,
    outcome=Outcome.OPENING,
    question="",
    answer="",
    credited=(),
    still_open=(),
    next_title="Loss functions",
    next_question="What is a loss function?",
)


def check_engine(settings: EngineSettings) -> dict[str, Any]:
    """Return a JSON-ready account.

    It holds ``ok``, ``problems``, ``models``, ``device`` and, but for stand-ins, ``generator``.
    """
    problems: list[str] = []
    try:
        load_packs(settings.packs)
    except PackError as error:
        problems.extend(f"pack: {fault}" for fault in error.faults)
    if not settings.fake:
        problems.extend(_weight_problems(settings))
    loaded = None if problems else _load(settings, problems)
    if loaded:
        problems.extend(_generator_problems(loaded))
    account = {
        "ok": not problems,
        "problems": problems,
        "models": dict(loaded.facts.models) if loaded else {},
        "device": loaded.facts.device if loaded else settings.device,
    }
    if loaded and not settings.fake:
        account["generator"] = asdict(loaded.facts.generator)
    return account


def _weight_problems(settings: EngineSettings) -> list[str]:
    problems = []
    for kind in BUNDLED:
        try:
            verify(settings.weights / kind, kind)
        except ArtifactError as error:
            problems.append(f"weights: {error}")
    return problems


def _generator_problems(loaded: LoadedEngine) -> list[str]:
    """Say why utterances are curated that were to be written, and have the writer try one."""
    trouble = loaded.facts.generator.trouble
    if not trouble and loaded.writer:
        try:
            loaded.writer.write([_SAMPLE], [0])
        except WriterUnavailableError as error:
            trouble = str(error)
    return [f"generator: {trouble}; until then utterances are curated"] if trouble else []


def _load(settings: EngineSettings, problems: list[str]) -> LoadedEngine | None:
    """Load as a worker would: imports and device show only then."""
    try:
        return load_engine(settings)
    except EngineError as error:
        problems.append(f"start: {error}")
    except Exception as error:  # an account is owed whatever a library stumbles over
        problems.append(f"start: {type(error).__qualname__}: {error}")
    return None
