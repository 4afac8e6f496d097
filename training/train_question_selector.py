"""Trains the S-BERT of stage 2.

    python -m training.train_question_selector --out runs/question_selector

A LoRA adapter over the shared body learns how near a state of the interview (what was asked, what
the user said) stands to each topic that may legally follow. If ``--out`` holds a finished model it
is scored again, not trained. With a file in the reference layout as ``--data`` the adapter learns
to choose among its labels.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from engine.artifacts import QUESTION_SELECTOR, Manifest, read_manifest, write_manifest
from engine.contract import Intent
from engine.encoder import SharedEncoder
from engine.errors import EngineError
from engine.pack_reader import read_pack
from engine.question_selector import context_text, topic_text
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
from training.candidate_scores import mean_diff
from training.errors import TrainingError
from training.options import adapter_parser, adapter_settings, refuse_loss
from training.reference_rows import Stage
from training.reference_training import is_reference, refuse_reference_model, run
from training.row_checks import check_answers, check_choices, check_splits
from training.rows import AnswerRow, ChoiceRow, read_answers, read_choices
from training.rows_digest import rows_sha256
from training.sweep import Job, train_each

log = logging.getLogger(__name__)

DEFAULTS = AdapterSettings(epochs=8)

# The default topic is a little near even when nothing speaks for it.
DEFAULT_TARGET = 0.4
MARGINS = tuple(round(0.02 * i, 2) for i in range(20))


@dataclass(frozen=True, slots=True)
class SelectorRows:
    """The labelled rows of stage 2, and the sha256 of the files that they were read from."""

    choices: tuple[ChoiceRow, ...]
    answers: tuple[AnswerRow, ...]
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a row's state comes to the topics that may follow, default first.

    Args:
        near: cosine similarity of each.
        wanted: index of the labelled one.
    """

    near: FloatArray
    wanted: int


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = adapter_parser("python -m training.train_question_selector", __doc__ or "")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if is_reference(options.data):
            metrics: dict[str, Any] = run(Stage.QUESTION, options)
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
    manifest = None if options.force else finished(options.out, QUESTION_SELECTOR)
    pack = read_pack(options.pack)
    rows = read_rows(pack, options.data)
    if manifest is not None:
        refuse_reference_model(manifest, options.out)
        return score(manifest, pack, rows, options.base, options.out)

    def train_one(settings: AdapterSettings, folder: Path) -> Manifest:
        return train(pack, rows, load_body(options.base, options.device), folder, settings)

    def validate(folder: Path) -> tuple[float, float]:
        near = stored_nearnesses(pack, _of(rows.choices, "validation"), options.base, folder)
        return accuracy(near, float(read_manifest(folder).config["margin"])), mean_nearness(near)

    job = Job(QUESTION_SELECTOR, options.base, rows.sha256, train_one, validate)
    settings, numbers = adapter_settings(options, DEFAULTS), options.epochs or (DEFAULTS.epochs,)
    return dict(train_each(job, numbers, settings, options.out, force=options.force).metrics)


def read_rows(pack: QuestionPack, data: Path) -> SelectorRows:
    """Read and check the labelled rows below a folder.

    Raises:
        DataError: with every fault of the first file or check that has some.
    """
    choices, answers = read_choices(data / "choices.csv"), read_answers(data / "answers")
    check_choices(choices, pack)
    check_answers(answers, pack)
    check_splits(choices, "choices.csv")
    sha256 = {
        "choices": rows_sha256([data / "choices.csv"]),
        "answers": rows_sha256((data / "answers").glob("*.csv")),
    }
    return SelectorRows(choices, answers, sha256)


def train(
    pack: QuestionPack,
    rows: SelectorRows,
    encoder: tuple[SentenceTransformer, Manifest],
    out: Path,
    settings: AdapterSettings,
) -> Manifest:
    """Train the adapter, choose the margin, score, and write the model folder.

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
    pairs = list(choice_pairs(pack, _of(rows.choices, "train")))
    pairs += default_pairs(pack, [row for row in rows.answers if row.split == "train"], chance)
    chance.shuffle(pairs)
    log.info("%d pairs", len(pairs))
    train_pairs(body, pairs, settings, out)
    save_adapter(adapter, out)

    def encode(texts: Sequence[str]) -> FloatArray:
        return np.asarray(body.encode(list(texts), show_progress_bar=False), dtype=np.float32)

    tuning = nearnesses(encode, pack, _of(rows.choices, "validation"))
    margin = max(MARGINS, key=lambda margin: accuracy(tuning, margin))
    return write_manifest(
        out,
        Manifest(
            kind=QUESTION_SELECTOR,
            base={"kind": "encoder", "digest": body_manifest.digest},
            config={
                "margin": margin,
                "rank": settings.rank,
                "epochs": settings.epochs,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
            },
            data={
                **rows.sha256,
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics=_metrics(nearnesses(encode, pack, _of(rows.choices, "test")), margin),
            seed=settings.seed,
        ),
    )


def score(
    manifest: Manifest, pack: QuestionPack, rows: SelectorRows, base: Path, out: Path
) -> dict[str, Any]:
    """Score a finished model on the test rows.

    Raises:
        ArtifactError: model and body do not belong together.
    """
    near = stored_nearnesses(pack, _of(rows.choices, "test"), base, out)
    return _metrics(near, float(manifest.config["margin"]))


def stored_nearnesses(
    pack: QuestionPack, rows: Sequence[ChoiceRow], base: Path, folder: Path
) -> list[Nearness]:
    """Return what `nearnesses` gives with a finished model.

    Raises:
        ArtifactError: model and body do not belong together.
    """
    encoder = SharedEncoder(base, "cpu")
    encoder.add_adapter(folder, QUESTION_SELECTOR)

    def encode(texts: Sequence[str]) -> FloatArray:
        return encoder.encode(texts, QUESTION_SELECTOR)

    return nearnesses(encode, pack, rows)


def choice_pairs(pack: QuestionPack, rows: Sequence[ChoiceRow]) -> Iterator[tuple[str, str, float]]:
    """Yield (state, candidate topic, target cosine) for every legal next topic of each row."""
    for row in rows:
        topic = pack.topic(row.topic)
        state = context_text(topic, row.answer, row.locale)
        for candidate in topic.next:
            text = topic_text(pack.topic(candidate), row.locale)
            if candidate == row.next_topic:
                yield state, text, DEFAULT_TARGET if row.kind == "default" else 1.0
            else:
                yield state, text, 0.0


def default_pairs(
    pack: QuestionPack, rows: Sequence[AnswerRow], chance: random.Random
) -> Iterator[tuple[str, str, float]]:
    """Yield pairs from plain answers: the topic's only follower is near, a random topic is not."""
    others = [topic for topic in pack if topic.kind.judged]
    for row in rows:
        topic = pack.topic(row.topic)
        if row.intent is not Intent.ANSWER or len(topic.next) != 1:
            continue
        if chance.random() < 0.25:  # enough of them; the written choices must not drown
            state = context_text(topic, row.answer, row.locale)
            yield state, topic_text(pack.topic(topic.next[0]), row.locale), 1.0
            unlikely = [t for t in others if t.id not in (topic.id, *topic.next)]
            if unlikely:
                yield state, topic_text(chance.choice(unlikely), row.locale), 0.0


def _of(rows: Sequence[ChoiceRow], split: str) -> list[ChoiceRow]:
    return [row for row in rows if row.split == split]


def nearnesses(
    encode: Callable[[Sequence[str]], FloatArray], pack: QuestionPack, rows: Sequence[ChoiceRow]
) -> list[Nearness]:
    """Return how near each row comes to each legal next topic."""
    found = []
    for row in rows:
        topic = pack.topic(row.topic)
        texts = [context_text(topic, row.answer, row.locale)]
        texts += [topic_text(pack.topic(candidate), row.locale) for candidate in topic.next]
        vectors = encode(texts)
        found.append(Nearness(vectors[1:] @ vectors[0], topic.next.index(row.next_topic)))
    return found


def accuracy(rows: Sequence[Nearness], margin: float) -> float:
    """Return the share of rows for which the selector would choose the labelled topic."""
    right = 0
    for row in rows:
        best = int(row.near.argmax())
        right += row.wanted == (best if row.near[best] > row.near[0] + margin else 0)
    return right / len(rows)


def mean_nearness(rows: Sequence[Nearness]) -> float:
    """Return Mean_Diff over the rows that leave a choice; 0 where none does."""
    choices = [row for row in rows if len(row.near) > 1]
    diffs = [mean_diff(row.near[None], np.array([row.wanted])) for row in choices]
    return float(np.mean(diffs)) if diffs else 0.0


def _metrics(rows: Sequence[Nearness], margin: float) -> dict[str, Any]:
    return {
        "split": "test",
        "n": len(rows),
        "accuracy_legal": round(accuracy(rows, margin), 4),
        "accuracy_of_default": round(sum(row.wanted == 0 for row in rows) / len(rows), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
