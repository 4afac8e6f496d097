"""Says whether the bundled models judge, as CTranslate2 serves them, just as they do in torch.

    python -m training.compare_served
    python -m training.compare_served --split validation --rows 200

Every labelled answer, message, attack and choice of a split is judged by both. The exit code is 1
where one judgement differs: an intent, a verdict with its words, or the topic that comes next.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.artifacts import ANSWER_EVALUATOR, QUESTION_SELECTOR, WEIGHTS
from engine.clauses import message_units
from engine.contract import Intent, TurnRequest
from engine.errors import EngineError
from engine.loading import PACKS
from engine.pack_reader import read_pack
from engine.ports import Evaluation
from engine.question_selector import context_text
from engine.questions import QuestionPack
from engine.readers import Readers, load_served, load_with_torch
from engine.served_models import kept_models
from training.errors import TrainingError
from training.evaluation.attacks import Attack
from training.evaluation.bundled import Splits, read_splits
from training.evaluation.data import SPLIT_NAMES
from training.evaluation.models import (
    ModelFolders,
    StageOne,
    StageTwo,
    model_folders,
    stage_one_of,
    stage_two_on,
)
from training.evaluation.turns import request
from training.options import at_least_one
from training.rows import AnswerRow

SPLITS = Path(__file__).parents[1] / "dataset" / "splits"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two ways to run the models have in common.

    Args:
        judged: how many messages both judged.
        differing: those that they judge in different ways, each with what the two say.
        cosine: the largest distance of a text's two vectors, 1 − cosine.
        similarity: the largest difference of a similarity that a verdict tells.
        probability: the same of a probability.
    """

    judged: int
    differing: tuple[str, ...]
    cosine: float
    similarity: float
    probability: float

    def __str__(self) -> str:
        return "\n".join(
            (
                *self.differing,
                f"judged: {self.judged}, differing: {len(self.differing)}",
                f"largest 1 - cosine of a text's two vectors: {self.cosine:.2e}",
                f"largest difference of a similarity: {self.similarity:.2e}, "
                f"of a probability: {self.probability:.2e}",
            )
        )


@dataclass(frozen=True, slots=True)
class _Stages:
    """Both stages, run in one way."""

    one: StageOne
    two: StageTwo

    @classmethod
    def of(cls, readers: Readers, folders: ModelFolders, pack: QuestionPack) -> _Stages:
        return cls(
            stage_one_of(readers, folders, pack), stage_two_on(readers.encoder, folders, pack)
        )


def compare(
    reference: Readers, served: Readers, folders: ModelFolders, pack: QuestionPack, splits: Splits
) -> Comparison:
    """Have both judge all rows.

    Args:
        reference: the models in torch.
        served: the models as they are served.
        folders: the models that stand on both.
        pack: what the rows are about.
        splits: the rows.

    Raises:
        ArtifactError: a model is missing, altered, or does not fit the others.
    """
    stages = [_Stages.of(readers, folders, pack) for readers in (reference, served)]
    messages = list(_messages(pack, splits))
    judged = [stage.one.evaluate(messages) for stage in stages]
    choices = [
        (request(pack, topic, row.locale, row.answer), topic.next)
        for row in splits.choices
        for topic in (pack.topic(row.topic),)
    ]
    chosen = [
        [stage.two.selector.select(r, pack, Evaluation(Intent.ANSWER), c) for r, c in choices]
        for stage in stages
    ]
    verdicts = [
        pair
        for one, other in zip(*judged, strict=True)
        for pair in zip(one.verdicts, other.verdicts, strict=False)
    ]
    return Comparison(
        judged=len(messages) + len(choices),
        differing=(
            *_differing(messages, [[_words(e) for e in evaluations] for evaluations in judged]),
            *_differing([asked for asked, _ in choices], chosen),
        ),
        cosine=_distance(stages, messages, [asked for asked, _ in choices]),
        similarity=max((abs(a.similarity - b.similarity) for a, b in verdicts), default=0.0),
        probability=max((abs(a.probability - b.probability) for a, b in verdicts), default=0.0),
    )


def _messages(pack: QuestionPack, splits: Splits) -> Iterator[TurnRequest]:
    plain = next(topic for topic in pack if not topic.kind.judged)
    rows: list[AnswerRow | Attack] = [*splits.answers, *splits.attacks]
    for row in rows:
        yield request(pack, pack.topic(row.topic), row.locale, row.answer)
    for message in splits.intents:
        yield request(pack, plain, message.locale, message.text)


def _words(evaluation: Evaluation) -> str:
    """Return all of a judgement that anybody is told, but for its figures."""
    verdicts = (
        f"{v.point_id} {v.status} {v.evidence!r} {v.misconception}" for v in evaluation.verdicts
    )
    return "; ".join((evaluation.intent.value, evaluation.hedge or "", *verdicts))


def _differing(asked: Sequence[TurnRequest], said: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"{turn.topic_id} {turn.answer!r}\n  torch:  {one}\n  served: {other}"
        for turn, one, other in zip(asked, *said, strict=True)
        if one != other
    ]


def _distance(
    stages: Sequence[_Stages], messages: Sequence[TurnRequest], choices: Sequence[TurnRequest]
) -> float:
    units = [unit for turn in messages for unit in message_units(turn.answer)]
    pack = stages[0].one.pack
    contexts = [context_text(pack.topic(c.topic_id), c.answer, c.locale) for c in choices]
    first = [stage.one.encoder.encode(units, ANSWER_EVALUATOR) for stage in stages]
    second = [stage.two.encoder.encode(contexts, QUESTION_SELECTOR) for stage in stages]
    cosines = [np.einsum("nd,nd->n", *pair, dtype=np.float64) for pair in (first, second)]
    return float(1 - np.concatenate(cosines).min())


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and print; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        pack = read_pack(PACKS / "ml-core")
        splits = _cut(read_splits(SPLITS, pack, options.split), options.rows)
        folders = model_folders(options.weights)
        reference = load_with_torch(options.weights, "cpu")
        served = load_served(options.weights, kept_models())
        found = compare(reference, served, folders, pack, splits)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(found)
    return 1 if found.differing else 0


def _cut(splits: Splits, rows: int | None) -> Splits:
    """Return so many rows of each kind, spread over the whole."""

    def some(of: tuple[object, ...]) -> tuple[object, ...]:
        return of if rows is None else of[:: max(1, len(of) // rows)][:rows]

    return Splits(*(some(getattr(splits, kind)) for kind in Splits.__dataclass_fields__))  # type: ignore[arg-type]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.compare_served",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--split", choices=SPLIT_NAMES, default="test", help="which of the project's own rows")
    add("--rows", type=at_least_one, help="only so many of each kind (default: all)")
    add("--weights", type=Path, default=WEIGHTS, help="folder of the bundled models")
    return parser


if __name__ == "__main__":
    sys.exit(main())
