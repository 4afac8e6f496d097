"""Trains the S-BERT of stage 1 and its intent head.

    python -m training.train_answer_evaluator --out runs/answer_evaluator

A LoRA adapter over the shared body learns how near an answer stands to the reference answers and
the plausible wrong answers of each point of its topic; then one linear layer learns from the
vectors what a message is. If ``--out`` holds a finished model it is scored again, not trained.
With a file in the reference layout as ``--data`` the adapter learns to choose among its labels.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR, Manifest, write_manifest
from engine.contract import Intent
from engine.encoder import SharedEncoder
from engine.errors import EngineError
from engine.intent_head import IntentHead
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from training.adapters import (
    AdapterSettings,
    attach,
    finished,
    load_body,
    save_adapter,
    set_seed,
    train_pairs,
)
from training.candidate_scores import CandidateScores
from training.errors import DataError, TrainingError
from training.intent_fitting import Messages, fit_intents, score_intents
from training.intent_pairs import intent_pairs
from training.options import adapter_parser, adapter_settings, refuse_loss
from training.reference_rows import Stage
from training.reference_training import is_reference, refuse_reference_model, run
from training.row_checks import check_answers, check_splits
from training.rows import AnswerRow, IntentRow, label_of, read_answers, read_intents
from training.rows_digest import rows_sha256
from training.sweep import Job, train_each

log = logging.getLogger(__name__)

DEFAULTS = AdapterSettings(epochs=6)

# Target cosine of an answer to a reference answer of a point, by what it did for the point.
TARGETS = {"covered": 1.0, "partial": 0.6, "wrong": 0.3, "missing": 0.0}
REFERENCES_A_POINT = 1
# A message counts as an answer whatever the intent head says when it comes this near to a point.
FLOOR_QUANTILE = 0.98


@dataclass(frozen=True, slots=True)
class EvaluatorRows:
    """The labelled rows of stage 1, and the sha256 of the files that they were read from."""

    answers: tuple[AnswerRow, ...]
    intents: tuple[IntentRow, ...]
    sha256: dict[str, str]


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = adapter_parser("python -m training.train_answer_evaluator", __doc__ or "")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if is_reference(options.data):
            metrics: dict[str, Any] = run(Stage.ANSWER, options)
        else:
            metrics = train_or_score(options)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(metrics, indent=2))
    return 0


def train_or_score(options: argparse.Namespace) -> dict[str, Any]:
    """Do what was asked for with the project's own rows; return the scores on their test split."""
    refuse_loss(options)
    manifest = None if options.force else finished(options.out, ANSWER_EVALUATOR)
    pack = read_pack(options.pack, contrasts=True)
    rows = read_rows(pack, options.data)
    if manifest is not None:
        refuse_reference_model(manifest, options.out)
        return score(manifest, rows, options.base, options.out)

    def train_one(settings: AdapterSettings, folder: Path) -> Manifest:
        return train(pack, rows, load_body(options.base, options.device), folder, settings)

    def validate(folder: Path) -> tuple[float, float]:
        scores = score_points(pack, rows.answers, options.base, folder)
        return scores.accuracy, scores.mean_diff

    job = Job(ANSWER_EVALUATOR, options.base, rows.sha256, train_one, validate)
    settings, numbers = adapter_settings(options, DEFAULTS), options.epochs or (DEFAULTS.epochs,)
    return dict(train_each(job, numbers, settings, options.out, force=options.force).metrics)


def read_rows(pack: QuestionPack, data: Path) -> EvaluatorRows:
    """Read and check the labelled rows below a folder.

    Raises:
        DataError: with every fault of the first file or check that has some.
    """
    answers, intents = read_answers(data / "answers"), read_intents(data / "intents.csv")
    check_answers(answers, pack)
    check_splits((row for row in answers if row.intent is Intent.ANSWER), "answers")
    if not any(row.intent is not Intent.ANSWER for row in intents if row.split == "train"):
        raise DataError(("intents.csv:1: intent: nothing in train is anything but an answer",))
    sha256 = {
        "answers": rows_sha256((data / "answers").glob("*.csv")),
        "intents": rows_sha256([data / "intents.csv"]),
    }
    return EvaluatorRows(answers, intents, sha256)


def train(
    pack: QuestionPack,
    rows: EvaluatorRows,
    encoder: tuple[SentenceTransformer, Manifest],
    out: Path,
    settings: AdapterSettings,
) -> Manifest:
    """Train adapter and intent head and write the model folder.

    Args:
        pack: the pack that the rows belong to.
        rows: checked rows.
        encoder: the body and its manifest; the body gets the adapter.
        out: the model folder.
        settings: how to train.
    """
    body, body_manifest = encoder
    chance = set_seed(settings.seed)
    adapter = attach(body, settings.rank)
    learned = [row for row in rows.answers if row.split == "train"]
    pairs = [*answer_pairs(pack, learned, chance), *pack_pairs(pack, chance)]
    said = [row for row in rows.intents if row.split == "train"]
    pairs += intent_pairs(said, learned, chance)
    chance.shuffle(pairs)
    log.info("%d pairs from %d rows", len(pairs), len(learned))
    train_pairs(body, pairs, settings, out)
    save_adapter(adapter, out)
    messages = Messages.of(rows.answers, rows.intents)
    vectors = encode(body, messages.texts)
    head = fit_intents(messages, vectors, out)
    test = messages.splits == "test"
    return write_manifest(
        out,
        Manifest(
            kind=ANSWER_EVALUATOR,
            base={"kind": "encoder", "digest": body_manifest.digest},
            config={
                **head,
                "answer_floor": answer_floor(body, pack, rows.intents),
                "rank": settings.rank,
                "epochs": settings.epochs,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
                "targets": TARGETS,
            },
            data={
                **rows.sha256,
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics=score_intents(IntentHead(out, head), messages.only("test"), vectors[test]),
            seed=settings.seed,
        ),
    )


def score(manifest: Manifest, rows: EvaluatorRows, base: Path, out: Path) -> dict[str, object]:
    """Score a finished model on the test rows.

    Raises:
        ArtifactError: model and body do not belong together.
    """
    encoder = SharedEncoder(base, "cpu")
    encoder.add_adapter(out, ANSWER_EVALUATOR)
    test = Messages.of(rows.answers, rows.intents).only("test")
    vectors = encoder.encode(test.texts, ANSWER_EVALUATOR)
    return score_intents(IntentHead(out, manifest.config), test, vectors)


def score_points(
    pack: QuestionPack, rows: Sequence[AnswerRow], base: Path, folder: Path
) -> CandidateScores:
    """Score how well validation answers to one point find it among all points of the pack.

    Raises:
        DataError: no validation row covers exactly one point.
    """
    tested = [row for row in rows if row.split == "validation" and len(row.covered) == 1]
    if not tested:
        raise DataError(("answers:1: covered: no validation row names exactly one point",))
    encoder = SharedEncoder(base, "cpu")
    encoder.add_adapter(folder, ANSWER_EVALUATOR)
    ids = [(topic.id, point.id) for topic in pack for point in topic.points]
    vectors = encoder.encode([row.answer for row in tested], ANSWER_EVALUATOR)
    near = np.zeros((len(tested), len(ids)), np.float32)
    for locale in pack.locales:
        spoken = np.array([row.locale == locale for row in tested])
        references = [point.references[locale] for topic in pack for point in topic.points]
        texts = encoder.encode(list(itertools.chain(*references)), ANSWER_EVALUATOR)
        begins = np.cumsum([0, *map(len, references[:-1])])
        near[spoken] = np.maximum.reduceat(vectors[spoken] @ texts.T, begins, axis=1)
    truth = np.array([ids.index((row.topic, row.covered[0])) for row in tested], np.int64)
    return CandidateScores.of(near, truth)


def answer_pairs(
    pack: QuestionPack, rows: Sequence[AnswerRow], chance: random.Random
) -> Iterator[tuple[str, str, float]]:
    """Yield (answer, candidate, target cosine) for every point of each row's topic."""
    for row in rows:
        if row.intent is not Intent.ANSWER:
            continue
        for point in pack.topic(row.topic).points:
            label = label_of(row, point.id)
            references = chance.sample(point.references[row.locale], REFERENCES_A_POINT)
            for reference in references:
                yield row.answer, reference, TARGETS[label]
            wrong = chance.choice(point.wrong[row.locale]).answer
            # Which misconception a wrong row repeats is not labelled: only right rows push away.
            if label in ("covered", "missing"):
                yield row.answer, wrong, 0.2 if label == "covered" else 0.0


def pack_pairs(pack: QuestionPack, chance: random.Random) -> Iterator[tuple[str, str, float]]:
    """Yield (answer, candidate, target cosine) of the pack's own right and wrong answers."""
    for point in (point for topic in pack for point in topic.points):
        for locale in pack.locales:
            for wrong_answer in point.wrong[locale]:
                reference = chance.choice(point.references[locale])
                yield wrong_answer.answer, reference, TARGETS["wrong"]
            for contrast in point.contrasts.get(locale, ()):
                for text in contrast.rewordings:
                    yield text, contrast.reference, TARGETS["covered"]
                # One of the near-misses is enough: what tells them is the verifier.
                distorted = chance.choice(contrast.distortions)
                yield distorted, contrast.reference, TARGETS["wrong"]
            right = point.references[locale]
            for one, other in zip(right, reversed(right), strict=True):
                if one != other:
                    yield one, other, TARGETS["covered"]
        # The same point in two languages: an answer in either is as near.
        for one, other in itertools.combinations(pack.locales, 2):
            for pair in zip(point.references[one], point.references[other], strict=False):
                yield *pair, TARGETS["covered"]


def answer_floor(
    body: SentenceTransformer, pack: QuestionPack, intents: Sequence[IntentRow]
) -> float:
    """Return the similarity that messages which are no answers hardly ever reach.

    Taken on train rows: the quantile of their highest similarity to any right answer.
    """
    others = [r.text for r in intents if r.intent is not Intent.ANSWER and r.split == "train"]
    references = [
        text
        for topic in pack
        for point in topic.points
        for locale in pack.locales
        for text in point.references[locale]
    ]
    nearest = (encode(body, others) @ encode(body, references).T).max(axis=1)
    return round(float(np.quantile(nearest, FLOOR_QUANTILE)), 4)


def encode(body: SentenceTransformer, texts: Sequence[str]) -> FloatArray:
    """Return unit vectors, one row a text."""
    vectors = body.encode(list(texts), batch_size=64, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


if __name__ == "__main__":
    sys.exit(main())
