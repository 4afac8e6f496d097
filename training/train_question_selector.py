"""Trains the S-BERT of stage 2.

    python -m training.train_question_selector --out runs/question_selector

A LoRA adapter over the shared body learns how near a state of the interview (what was asked, what
the user said) stands to each topic that may legally follow. If ``--out`` holds a finished model it
is scored again, not trained.
"""

from __future__ import annotations

import json
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from engine.artifacts import QUESTION_SELECTOR, Manifest, read_manifest, write_manifest
from engine.contract import Intent
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
from training.errors import TrainingError
from training.options import training_parser
from training.rows import AnswerRow, ChoiceRow, read_answers, read_choices
from training.rows_digest import rows_sha256

log = logging.getLogger(__name__)

# The default topic is a little near even when nothing speaks for it.
DEFAULT_TARGET = 0.4
MARGINS = tuple(round(0.02 * i, 2) for i in range(20))


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = training_parser(
        "python -m training.train_question_selector", __doc__ or "", epochs="8"
    )
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
    """Train the adapter, choose the margin, score, and write the model folder.

    Raises:
        DataError: the rows have faults.
        ArtifactError, BaseModelError: the body cannot be used.
    """
    choices, answers = read_choices(data / "choices.csv"), read_answers(data / "answers")
    body, body_manifest = load_body(base)
    chance = set_seed(settings.seed)
    adapter = attach(body, settings.rank)
    pairs = list(choice_pairs(pack, [row for row in choices if row.split == "train"]))
    pairs += default_pairs(pack, [row for row in answers if row.split == "train"], chance)
    chance.shuffle(pairs)
    log.info("%d pairs", len(pairs))
    train_pairs(body, pairs, settings, out)
    save_adapter(adapter, out)
    margin = max(MARGINS, key=lambda m: _accuracy(body, pack, _of(choices, "validation"), m))
    test = _of(choices, "test")
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
                "choices": rows_sha256(row.place for row in choices),
                "answers": rows_sha256(row.place for row in answers),
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics={
                "split": "test",
                "n": len(test),
                "accuracy_legal": round(_accuracy(body, pack, test, margin), 4),
                "accuracy_of_default": round(_default_accuracy(pack, test), 4),
            },
            seed=settings.seed,
        ),
    )


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
            far = chance.choice([t for t in others if t.id not in (topic.id, *topic.next)])
            yield state, topic_text(far, row.locale), 0.0


def _of(rows: Sequence[ChoiceRow], split: str) -> list[ChoiceRow]:
    return [row for row in rows if row.split == split]


def _accuracy(
    body: SentenceTransformer, pack: QuestionPack, rows: Sequence[ChoiceRow], margin: float
) -> float:
    """Return the share of rows for which the selector would choose the labelled topic."""
    right = 0
    for row in rows:
        topic = pack.topic(row.topic)
        texts = [context_text(topic, row.answer, row.locale)]
        texts += [topic_text(pack.topic(candidate), row.locale) for candidate in topic.next]
        vectors = np.asarray(body.encode(texts, show_progress_bar=False))
        near = vectors[1:] @ vectors[0]
        best = int(near.argmax())
        chosen = topic.next[best if near[best] > near[0] + margin else 0]
        right += chosen == row.next_topic
    return right / len(rows) if rows else 0.0


def _default_accuracy(pack: QuestionPack, rows: Sequence[ChoiceRow]) -> float:
    """Return the accuracy of always taking the default, for comparison."""
    return sum(pack.topic(r.topic).next[0] == r.next_topic for r in rows) / max(1, len(rows))


if __name__ == "__main__":
    sys.exit(main())
