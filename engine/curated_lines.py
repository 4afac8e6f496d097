"""The generic lines that utterances are made of where a pack has none (``engine/curated``).

One file a wording, and in it several variants for each reaction.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from engine.errors import ArtifactError
from engine.yaml_nodes import LOADER

CURATED = Path(__file__).parent / "curated"
REACTIONS = frozenset(
    {
        "covered",
        "several",
        "hedged",
        "mixed",
        "partial",
        "wrong",
        "wrong_left",
        "unsure",
        "missing",
        "dont_know",
        "dont_know_again",
        "term_question",
        "term_spoiled",
        "term_unknown",
        "hint",
        "hint_exhausted",
        "skip",
        "repeat",
        "small_talk",
        "insult",
        "manipulation",
        "other_language",
        "empty",
        "too_long",
        "move_on",
        "begin",
        "noted",
        "closing",
        "fallback_question",
    }
)


def load_reactions(folder: Path = CURATED) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the generic lines: wording (`engine.outcomes.wording`) → reaction → variants.

    Raises:
        ArtifactError: a file is missing, damaged, or lacks a reaction.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for file in sorted(folder.glob("*.yaml")):
        try:
            content = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506
            lines = {str(key): tuple(texts) for key, texts in content["reactions"].items()}
        except (OSError, ValueError, TypeError, AttributeError, KeyError, yaml.YAMLError) as error:
            raise ArtifactError(
                f"{file.name} is damaged ({error}); reinstall the program"
            ) from None
        missing = REACTIONS - lines.keys()
        if missing:
            raise ArtifactError(f"{file.name}: no lines for {', '.join(sorted(missing))}")
        found[file.stem] = lines
    if not found:
        raise ArtifactError(f"{folder} holds no curated lines; reinstall the program")
    return found
