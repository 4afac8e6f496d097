"""What a worker tells about the generator of its utterances; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from engine.generator_spec import GeneratorKind

CURATED = GeneratorKind.CURATED.value


@dataclass(frozen=True, slots=True)
class GeneratorFacts:
    """Which generator speaks.

    Args:
        chosen: what somebody chose, without folders and addresses.
        speaks: what phrases utterances.
        trouble: why that is not what was chosen, and what to do; empty where it is.
    """

    chosen: str = CURATED
    speaks: str = CURATED
    trouble: str = ""


CURATED_ALONE = GeneratorFacts()
