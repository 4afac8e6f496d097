"""Trains the S-BERT of stage 1 and its intent head.

    python -m training.train_answer_evaluator --out runs/answer_evaluator

A LoRA adapter over the shared body learns how near an answer stands to the reference answers and
the plausible wrong answers of each point of its topic; then one linear layer learns from the
vectors what a message is. If ``--out`` holds a finished model it is scored again, not trained.
"""

from __future__ import annotations

import json
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR, Manifest, read_manifest, write_manifest
from engine.contract import Intent
from engine.errors import EngineError
from engine.intent_head import INTENT_FILE
from engine.intents import intent_by_wording
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
from training.errors import TrainingError
from training.options import training_parser
from training.rows import AnswerRow, IntentRow, label_of, read_answers, read_intents
from training.rows_digest import rows_sha256

log = logging.getLogger(__name__)

Labels: TypeAlias = npt.NDArray[np.str_]

# Target cosine of an answer to a reference answer of a point, by what it did for the point.
TARGETS = {"covered": 1.0, "partial": 0.6, "wrong": 0.3, "missing": 0.0}
REFERENCES_A_POINT = 2
WRONG_TO_WRONG = 0.8
# A message counts as an answer whatever the intent head says when it comes this near to a point.
FLOOR_QUANTILE = 0.98


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = training_parser("python -m training.train_answer_evaluator", __doc__ or "", epochs="6")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if finished(options.out, force=options.force):
            print(json.dumps(read_manifest(options.out).metrics, indent=2))
            return 0
        manifest = train(
            read_pack(options.pack),
            options.data,
            options.base,
            options.out,
            AdapterSettings(epochs=options.epochs, seed=options.seed),
        )
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(manifest.metrics, indent=2))
    return 0


def train(
    pack: QuestionPack, data: Path, base: Path, out: Path, settings: AdapterSettings
) -> Manifest:
    """Train adapter and intent head and write the model folder.

    Raises:
        DataError: the rows have faults.
        ArtifactError, BaseModelError: the body cannot be used.
    """
    answers, intents = read_answers(data / "answers"), read_intents(data / "intents.csv")
    body, body_manifest = load_body(base)
    chance = set_seed(settings.seed)
    adapter = attach(body, settings.rank)
    pairs = list(answer_pairs(pack, [row for row in answers if row.split == "train"], chance))
    chance.shuffle(pairs)
    log.info("%d pairs from %d rows", len(pairs), len(answers))
    train_pairs(body, pairs, settings, out)
    save_adapter(adapter, out)
    head = fit_intents(body, answers, intents, out)
    return write_manifest(
        out,
        Manifest(
            kind=ANSWER_EVALUATOR,
            base={"kind": "encoder", "digest": body_manifest.digest},
            config={
                "intents": head.classes,
                "intent_floor": head.floor,
                "answer_floor": answer_floor(body, pack, intents),
                "rank": settings.rank,
                "epochs": settings.epochs,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
                "targets": TARGETS,
            },
            data={
                "answers": rows_sha256(row.place for row in answers),
                "intents": len(intents),
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics=head.metrics,
            seed=settings.seed,
        ),
    )


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
    for point in (point for topic in pack for point in topic.points):
        for locale in pack.locales:
            for wrong_answer in point.wrong[locale]:
                reference = chance.choice(point.references[locale])
                yield wrong_answer.answer, reference, TARGETS["wrong"]
            for one, other in zip(
                point.references[locale], reversed(point.references[locale]), strict=True
            ):
                if one != other:
                    yield one, other, TARGETS["covered"]
        # The same point in two languages: an answer in either is as near.
        for one, other in zip(
            *(point.references[locale] for locale in pack.locales[:2]), strict=False
        ):
            yield one, other, TARGETS["covered"]


class FittedIntents:
    """What came of fitting the intent head."""

    def __init__(self, classes: list[str], floor: float, metrics: dict[str, object]) -> None:
        self.classes = classes
        self.floor = floor
        self.metrics = metrics


def fit_intents(
    body: SentenceTransformer,
    answers: Sequence[AnswerRow],
    intents: Sequence[IntentRow],
    out: Path,
) -> FittedIntents:
    """Fit the linear layer on train rows; choose its floor on validation, score it on test."""
    rows = [(r.answer, _class(r.intent, r.kind), r.split, r.locale) for r in answers]
    rows += [(r.text, _class(r.intent, r.kind), r.split, r.locale) for r in intents]
    vectors = encode(body, [text for text, *_ in rows])
    wanted = np.array([label for _, label, *_ in rows])
    splits = np.array([split for _, _, split, _ in rows])
    train_rows = splits == "train"
    model = LogisticRegression(C=20.0, max_iter=2000, class_weight="balanced")
    model.fit(vectors[train_rows], wanted[train_rows])
    save_file(
        {
            "weight": model.coef_.astype(np.float32),
            "bias": model.intercept_.astype(np.float32),
        },
        str(out / INTENT_FILE),
    )
    classes = [str(name) for name in model.classes_]
    probabilities = model.predict_proba(vectors)
    floor = _choose_floor(
        classes, probabilities[splits == "validation"], wanted[splits == "validation"]
    )
    test = splits == "test"
    read = _read(classes, probabilities[test], floor)
    plain = [intent_by_wording(rows[i][0]) for i in np.flatnonzero(test)]
    both = np.array([str(p) if p else r for p, r in zip(plain, read, strict=True)])
    return FittedIntents(classes, floor, _intent_metrics(wanted[test], both))


def _class(intent: Intent, kind: str) -> str:
    return Intent.INSULT.value if kind == "insult" else intent.value


def _choose_floor(classes: list[str], probabilities: FloatArray, wanted: FloatArray) -> float:
    """Return the floor with the best mean of answers kept and other intents recognised."""

    def score(floor: float) -> float:
        read = _read(classes, probabilities, floor)
        answers = wanted == Intent.ANSWER.value
        right = read == wanted
        return float(right[answers].mean() + right[~answers].mean())

    return max((round(0.3 + 0.05 * i, 2) for i in range(13)), key=score)


def _read(classes: list[str], probabilities: FloatArray, floor: float) -> Labels:
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= floor
    return np.where(sure, np.array(classes)[best], Intent.ANSWER.value)


def _intent_metrics(
    wanted: Labels,
    read: Labels,
) -> dict[str, object]:
    per_intent = {
        str(name): round(float((read[wanted == name] == name).mean()), 4) for name in set(wanted)
    }
    return {
        "split": "test",
        "n": len(wanted),
        "intent_accuracy": round(float((wanted == read).mean()), 4),
        "intent_recall": dict(sorted(per_intent.items())),
    }


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
