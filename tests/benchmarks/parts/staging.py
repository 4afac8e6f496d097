"""Stages 1 and 2 of a turn against the reference system's way, on the same model.

Aurora's way is the whole worker but for a language model: intent, similarities, the verifier (which
the reference system does not have), the choice of the next topic, and a written line.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from pathlib import Path

from engine.artifacts import ANSWER_EVALUATOR, QUESTION_SELECTOR
from engine.contract import TurnRequest
from engine.generator_spec import GeneratorKind
from engine.pipeline import Pipeline
from engine.question_selector import topic_text
from engine.questions import QuestionPack
from tests.benchmarks.plain import ReferenceWay, plain_encoder
from tests.benchmarks.records import Record
from tests.benchmarks.served import served_engine
from tests.benchmarks.timing import by_turns, pinned, speed_up
from tests.benchmarks.turns import turns

_ROUNDS = 3
_CHOICES = 2


def measure(quick: bool) -> list[Record]:
    """Return the ratio and both times."""
    with pinned(), tempfile.TemporaryDirectory() as folder:
        pipeline = served_engine(GeneratorKind.CURATED).pipeline
        pack = pipeline.packs["ml-core"]
        request = next(t for t in turns(pack) if len(t.next_topics) >= _CHOICES)
        took = by_turns(
            {"plain": _Reference(pack, request, Path(folder)), "served": _Turn(pipeline, request)},
            _ROUNDS if quick else _ROUNDS * 5,
            time.process_time,
        )
    candidates = len(_answers(pack, request)) + len(request.next_topics)
    middle = {way: statistics.median(seconds) * 1000 for way, seconds in took.items()}
    return [
        Record("stages.reference_way", middle["plain"], "ms", f"{candidates} candidates"),
        Record("stages.served", middle["served"], "ms", "with verifier and a written line"),
        Record("stages.speed_up", speed_up(took["plain"], took["served"]), "×"),
    ]


class _Turn:
    def __init__(self, pipeline: Pipeline, request: TurnRequest) -> None:
        self._pipeline, self._request = pipeline, request

    def __call__(self) -> None:
        self._pipeline.run(self._request)


class _Reference:
    """Both stages of one turn, as the reference system took them."""

    def __init__(self, pack: QuestionPack, request: TurnRequest, folder: Path) -> None:
        following = [topic_text(pack.topic(t), request.locale) for t in request.next_topics]
        answers = _answers(pack, request)
        self._answer = request.answer
        self._stages = (
            ReferenceWay(plain_encoder(ANSWER_EVALUATOR), folder / "answers.csv", answers),
            ReferenceWay(plain_encoder(QUESTION_SELECTOR), folder / "topics.csv", following),
        )

    def __call__(self) -> None:
        for stage in self._stages:
            stage.nearest(self._answer)


def _answers(pack: QuestionPack, request: TurnRequest) -> list[str]:
    """Return the candidates of stage 1, those that Aurora compares with as well."""
    points = pack.topic(request.topic_id).points
    right = (text for p in points for locale in pack.locales for text in p.references[locale])
    wrong = (w.answer for p in points for w in p.wrong[request.locale])
    return list(dict.fromkeys(itertools.chain(right, wrong)))
