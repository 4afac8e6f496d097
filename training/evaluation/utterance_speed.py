"""Measures how long users wait for an utterance: whole turns, all stages in one process.

The worker runs one turn at a time; so does this, with as many threads as a small machine has cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from engine.checked_generator import CheckedGenerator
from engine.contract import TurnRequest
from engine.generator_counters import RULE
from engine.pipeline import Pipeline
from engine.ports import AnswerEvaluator, QuestionSelector, UtteranceGenerator
from engine.questions import QuestionPack

THREADS = 2
# Turns that are run first and not counted: caches are empty and memory is not there yet.
WARM_UP = 2


def turn_seconds(
    stages: tuple[AnswerEvaluator, QuestionSelector, UtteranceGenerator],
    pack: QuestionPack,
    requests: Sequence[TurnRequest],
    threads: int = THREADS,
) -> dict[str, Any]:
    """Run whole turns and return how long stage 3 and the turn took, JSON-ready.

    Turns that are answered in written lines whatever a language model would say are left out where
    there is one: they take no time.

    Args:
        stages: as `engine.stages.build_stages` loads them.
        pack: the pack of the requests.
        requests: the messages.
        threads: how many cores torch may use.
    """
    generator = stages[2]
    pipeline = Pipeline({pack.id: pack}, *stages)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for request in requests[:WARM_UP]:
            pipeline.run(request)
        timings = []
        for request in requests:
            ruled = _by_rule(generator)
            result = pipeline.run(request)
            if _by_rule(generator) == ruled:
                timings.append(result.timings_ms)
    finally:
        torch.set_num_threads(before)
    figures: dict[str, Any] = {"n": len(timings), "threads": threads}
    for name, stage in (("generate", "generate"), ("turn", "total")):
        taken = [timing[stage] / 1000 for timing in timings]
        for rank in (50, 95):
            figures[f"{name}_p{rank}"] = round(float(np.percentile(taken, rank)), 4)
    return figures


def _by_rule(generator: UtteranceGenerator) -> int:
    """Return how many turns were answered by rule so far."""
    if not isinstance(generator, CheckedGenerator):
        return 0
    return generator.counters.snapshot()["utterances"][RULE]
