"""Looks over everything that a worker needs and says all that is wrong, for ``--check``."""

from __future__ import annotations

from typing import Any

from engine.artifacts import BUNDLED, verify
from engine.errors import ArtifactError, EngineError, PackError
from engine.loading import EngineSettings, LoadedEngine, load_engine, load_packs


def check_engine(settings: EngineSettings) -> dict[str, Any]:
    """Return a JSON-ready account: ``ok``, ``problems``, ``models`` and ``device``."""
    problems: list[str] = []
    try:
        load_packs(settings.packs)
    except PackError as error:
        problems.extend(f"pack: {fault}" for fault in error.faults)
    if not settings.fake:
        problems.extend(_weight_problems(settings))
    loaded = None if problems else _load(settings, problems)
    return {
        "ok": not problems,
        "problems": problems,
        "models": dict(loaded.facts.models) if loaded else {},
        "device": loaded.facts.device if loaded else settings.device,
    }


def _weight_problems(settings: EngineSettings) -> list[str]:
    problems = []
    for kind in BUNDLED:
        try:
            verify(settings.weights / kind, kind)
        except ArtifactError as error:
            problems.append(f"weights: {error}")
    return problems


def _load(settings: EngineSettings, problems: list[str]) -> LoadedEngine | None:
    """Load as a worker would: imports and device show only then."""
    try:
        return load_engine(settings)
    except EngineError as error:
        problems.append(f"start: {error}")
    except Exception as error:  # an account is owed whatever a library stumbles over
        problems.append(f"start: {type(error).__qualname__}: {error}")
    return None
