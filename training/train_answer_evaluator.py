"""Trains the S-BERT of stage 1 and its intent head.

    python -m training.train_answer_evaluator --out runs/answer_evaluator

A LoRA adapter over the shared body learns how near an answer stands to the reference answers and
the plausible wrong answers of each point of its topic; then one linear layer learns from the
vectors what a message is. ``--adapter`` keeps the adapter of a finished model and learns the rest,
in minutes. If ``--out`` holds a finished model it is scored again, not trained. With a file in the
reference layout as ``--data`` the adapter learns to choose among its labels.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

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
from training.candidate_model import Encode
from training.candidate_scores import CandidateScores
from training.errors import DataError, TrainingError
from training.evaluator_pairs import TARGETS, answer_pairs, pack_pairs
from training.intent_fitting import Messages, fit_intents, score_intents
from training.intent_pairs import intent_pairs
from training.kept_adapter import LearntAdapter, keep_adapter, refuse_same_folder
from training.options import adapter_parser, adapter_settings, refuse_loss
from training.question_sets import FURTHER, read_further
from training.reference_rows import Stage
from training.reference_training import is_reference, refuse_reference_model, run
from training.row_checks import check_answers, check_splits
from training.rows import AnswerRow, IntentRow, read_answers, read_intents
from training.rows_digest import rows_sha256
from training.sweep import Job, train_each

log = logging.getLogger(__name__)

DEFAULTS = AdapterSettings(epochs=6)

# A message counts as an answer whatever the intent head says when it comes this near to a point.
FLOOR_QUANTILE = 0.98


@dataclass(frozen=True, slots=True)
class EvaluatorRows:
    """The labelled rows of stage 1.

    Args:
        answers: to the questions of the pack.
        intents: messages of all kinds.
        terse: answers of a few words to further questions; what a message is does not depend on
            the subject, and of a few words alone it is hardest to tell.
        sha256: of the files that they were read from.
    """

    answers: tuple[AnswerRow, ...]
    intents: tuple[IntentRow, ...]
    terse: tuple[AnswerRow, ...]
    sha256: dict[str, str]

    def messages(self, names: Sequence[str]) -> Messages:
        """Return all of them as messages, beside names of concepts to learn from."""
        return Messages.of((*self.answers, *self.terse), self.intents, names)


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
    refuse_same_folder(options)
    manifest = None if options.force else finished(options.out, ANSWER_EVALUATOR)
    pack = read_pack(options.pack, contrasts=True)
    rows = read_rows(pack, options.data)
    if manifest is not None:
        refuse_reference_model(manifest, options.out)
        return score(manifest, rows, options.base, options.out)

    def train_one(settings: AdapterSettings, folder: Path) -> Manifest:
        if options.adapter is not None:
            kept = keep_adapter(ANSWER_EVALUATOR, options.base, options.adapter, folder)
            return finish(pack, rows, kept, folder)
        body = load_body(options.base, options.device)
        return finish(pack, rows, learn_adapter(pack, rows, body, settings, folder), folder)

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
    further = read_further(data)
    terse = [row for row in further.rows if row.kind == "terse"] if further else []
    sha256 = {
        "answers": rows_sha256((data / "answers").glob("*.csv")),
        "intents": rows_sha256([data / "intents.csv"]),
        "further": rows_sha256((data / FURTHER).glob("*.yaml")),
    }
    return EvaluatorRows(answers, intents, tuple(terse), sha256)


def learn_adapter(
    pack: QuestionPack,
    rows: EvaluatorRows,
    encoder: tuple[SentenceTransformer, Manifest],
    settings: AdapterSettings,
    out: Path,
) -> LearntAdapter:
    """Train an adapter and save it in the model folder.

    Args:
        pack: the pack that the rows belong to.
        rows: checked rows.
        encoder: the body and its manifest; the body gets the adapter.
        settings: how to train.
        out: the model folder.
    """
    body, manifest = encoder
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
    return LearntAdapter.fresh(body, manifest.digest, settings)


def finish(pack: QuestionPack, rows: EvaluatorRows, adapter: LearntAdapter, out: Path) -> Manifest:
    """Learn what messages are, score, and write the rest of the model folder."""
    names = [name for term in pack.terms for of in term.names.values() for name in of]
    messages = rows.messages(names)
    vectors = adapter.encode(messages.texts)
    head = fit_intents(messages, vectors, out)
    test = messages.splits == "test"
    return write_manifest(
        out,
        Manifest(
            kind=ANSWER_EVALUATOR,
            base={"kind": "encoder", "digest": adapter.base},
            config={
                **head,
                "answer_floor": answer_floor(adapter.encode, pack, rows.intents),
                "targets": TARGETS,
                **adapter.config,
            },
            data={
                **rows.sha256,
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics=score_intents(IntentHead(out, head), messages.only("test"), vectors[test]),
            seed=adapter.seed,
        ),
    )


def score(manifest: Manifest, rows: EvaluatorRows, base: Path, out: Path) -> dict[str, object]:
    """Score a finished model on the test rows.

    Raises:
        ArtifactError: model and body do not belong together.
    """
    encoder = SharedEncoder(base, "cpu")
    encoder.add_adapter(out, ANSWER_EVALUATOR)
    test = rows.messages(()).only("test")
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


def answer_floor(encode: Encode, pack: QuestionPack, intents: Sequence[IntentRow]) -> float:
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
    nearest = (encode(others) @ encode(references).T).max(axis=1)
    return round(float(np.quantile(nearest, FLOOR_QUANTILE)), 4)


if __name__ == "__main__":
    sys.exit(main())
