"""A whole turn without network: Aurora's against plain encode and ``transformers.generate``.

The plain way runs the same models: the encoder once for each S-BERT stage and the language model
once. Where no language model is bundled, nothing is generated on either side, and only that is
compared.
"""

from __future__ import annotations

import itertools
import statistics
import time
from contextlib import ExitStack

from engine.artifacts import ANSWER_EVALUATOR, QUESTION_SELECTOR
from engine.contract import TurnRequest
from tests.benchmarks.language import TimedLanguageModel, spoken_turns, timed_language_model
from tests.benchmarks.plain import plain_encoder
from tests.benchmarks.records import Record, not_measured
from tests.benchmarks.served import bundles_language_model, served_engine
from tests.benchmarks.timing import by_turns, pinned, share, speed_up
from tests.benchmarks.turns import turns

_KINDS = 48


def measure(quick: bool) -> list[Record]:
    """Return the ratio, and how even Aurora's turns are."""
    speaks = bundles_language_model()
    with pinned(), ExitStack() as stack:
        pipeline = served_engine().pipeline
        requests = list(itertools.islice(turns(pipeline.packs["ml-core"]), _KINDS))
        model = stack.enter_context(timed_language_model()) if speaks else None
        for request in requests:
            pipeline.run(request)  # so that no topic is met for the first time
        asked = itertools.cycle(requests)
        took = by_turns(
            {"plain": _PlainTurn(requests, model), "served": lambda: pipeline.run(next(asked))},
            _KINDS if quick else _KINDS * 4,
            time.process_time,
        )
    name = "turn" if speaks else "turn.without_generation"
    absent = "no language model is bundled; see turn.without_generation and voice"
    served = took["served"]
    even = share(served, 0.95) / statistics.median(served)
    return [
        *(() if speaks else not_measured({"turn.speed_up": "×"}, absent)),
        *(Record(f"{name}.{w}", statistics.median(s) * 1000, "ms") for w, s in took.items()),
        Record(f"{name}.speed_up", speed_up(took["plain"], served), "×", "over the plain way"),
        Record("turn.p95_over_p50", even, "×", "short and long answers"),
    ]


class _PlainTurn:
    """Each call runs the models once as their libraries do by themselves."""

    def __init__(self, requests: list[TurnRequest], model: TimedLanguageModel | None) -> None:
        self._answers = itertools.cycle(request.answer for request in requests)
        self._spoken = itertools.cycle(spoken_turns(8))
        self._encoders = [plain_encoder(ANSWER_EVALUATOR), plain_encoder(QUESTION_SELECTOR)]
        self._model = model

    def __call__(self) -> None:
        answer = next(self._answers)
        for encoder in self._encoders:
            encoder.encode(answer)
        if self._model is not None:
            self._model.generate(next(self._spoken))
