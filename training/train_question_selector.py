"""Trains the selector of stage 2.

    python -m training.train_question_selector --out runs/question_selector

A LoRA adapter over the shared body learns how near a state of the interview (what was asked, what
the user said) stands to each topic that may legally follow; then a layer over letter n-grams learns
what is said about each topic, and how much it counts beside the nearness. ``--adapter`` keeps the
adapter of a finished model and learns the rest, in a minute. If ``--out`` holds a finished model it
is scored again, not trained. With a file in the reference layout as ``--data`` the adapter learns
to choose among its labels.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from engine.artifacts import QUESTION_SELECTOR, Manifest, write_manifest
from engine.encoder import SharedEncoder
from engine.errors import EngineError
from engine.pack_reader import read_pack
from engine.question_selector import WordsOpinion
from engine.questions import QuestionPack
from engine.topic_words import TopicWords
from training.adapters import (
    AdapterSettings,
    attach,
    finished,
    load_body,
    save_adapter,
    set_seed,
)
from training.errors import TrainingError
from training.kept_adapter import LearntAdapter, keep_adapter, refuse_same_folder
from training.options import adapter_parser, adapter_settings, refuse_loss
from training.reference_rows import Stage
from training.reference_training import is_reference, refuse_reference_model, run
from training.row_checks import check_answers, check_choices, check_splits
from training.rows import AnswerRow, ChoiceRow, of_split, read_answers, read_choices
from training.rows_digest import rows_sha256
from training.selector_learning import learn, lessons_of
from training.selector_mixing import mix
from training.selector_scores import (
    Spoken,
    accuracy,
    best_margin,
    mean_nearness,
    metrics,
    spoken,
)
from training.sweep import Job, train_each
from training.topic_messages import MessageComposer
from training.topic_words_fitting import fit_words

log = logging.getLogger(__name__)

DEFAULTS = AdapterSettings(epochs=8)
# Put together for each written choice.
MESSAGES = 1.3


@dataclass(frozen=True, slots=True)
class SelectorRows:
    """The labelled rows of stage 2, and the sha256 of the files that they were read from."""

    choices: tuple[ChoiceRow, ...]
    answers: tuple[AnswerRow, ...]
    sha256: dict[str, str]

    def of(self, split: str) -> list[ChoiceRow]:
        """Return the choices of one split."""
        return [row for row in self.choices if row.split == split]


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = adapter_parser("python -m training.train_question_selector", __doc__ or "")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if is_reference(options.data):
            found: dict[str, Any] = run(Stage.QUESTION, options)
        else:
            found = train_or_score(options)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found, indent=2))
    return 0


def train_or_score(options: argparse.Namespace) -> dict[str, Any]:
    """Do what was asked for with the project's own rows; return the scores on their test split."""
    refuse_loss(options)
    refuse_same_folder(options)
    manifest = None if options.force else finished(options.out, QUESTION_SELECTOR)
    pack = read_pack(options.pack)
    rows = read_rows(pack, options.data)
    if manifest is not None:
        refuse_reference_model(manifest, options.out)
        return score(pack, rows.of("test"), options.base, options.out)

    def train_one(settings: AdapterSettings, folder: Path) -> Manifest:
        if options.adapter is not None:
            kept = keep_adapter(QUESTION_SELECTOR, options.base, options.adapter, folder)
            return finish(pack, rows, kept, folder)
        body = load_body(options.base, options.device)
        return finish(pack, rows, learn_adapter(pack, rows, body, settings, folder), folder)

    def validate(folder: Path) -> tuple[float, float]:
        margin, opinion, said = _judged(pack, rows.of("validation"), options.base, folder)
        return accuracy(said, margin, opinion), mean_nearness(said)

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


def learn_adapter(
    pack: QuestionPack,
    rows: SelectorRows,
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
    choices = rows.of("train")
    composer = MessageComposer(pack, of_split(rows.answers, "train"), chance)
    lessons = lessons_of(pack, choices, composer.compose(round(MESSAGES * len(choices))))
    chance.shuffle(lessons)
    log.info("%d lessons", len(lessons))
    learn(body, pack, lessons, settings, out)
    save_adapter(adapter, out)
    return LearntAdapter.fresh(body, manifest.digest, settings)


def finish(pack: QuestionPack, rows: SelectorRows, adapter: LearntAdapter, out: Path) -> Manifest:
    """Learn all but the adapter, score, and write the rest of the model folder."""
    words = fit_words(pack, of_split(rows.answers, "train"), rows.of("train"), adapter.seed)
    opinion = mix(words, spoken(adapter.encode, pack, rows.of("train"), words))
    opinion.words.save(out)
    names = {"near": opinion.near, "pack": pack.id, "topics": list(opinion.words.topics)}
    margin = best_margin(spoken(adapter.encode, pack, rows.of("validation")))
    # What is stored is a little coarser than what was learnt.
    opinion = WordsOpinion(TopicWords.load(out, pack.id, opinion.words.topics), opinion.near)
    test = spoken(adapter.encode, pack, rows.of("test"), opinion.words)
    return write_manifest(
        out,
        Manifest(
            kind=QUESTION_SELECTOR,
            base={"kind": "encoder", "digest": adapter.base},
            config={"margin": margin, "words": names, **adapter.config},
            data={
                **rows.sha256,
                "pack": f"{pack.id} {pack.version} {pack.digest}",
                "licence": "Apache-2.0, written for this project",
            },
            metrics=metrics(test, margin, opinion),
            seed=adapter.seed,
        ),
    )


def score(pack: QuestionPack, rows: Sequence[ChoiceRow], base: Path, out: Path) -> dict[str, Any]:
    """Score a finished model on some rows.

    Raises:
        ArtifactError: model and body do not belong together.
    """
    margin, opinion, said = _judged(pack, rows, base, out)
    return metrics(said, margin, opinion)


def _judged(
    pack: QuestionPack, rows: Sequence[ChoiceRow], base: Path, folder: Path
) -> tuple[float, WordsOpinion | None, list[Spoken]]:
    encoder = SharedEncoder(base, "cpu")
    manifest = encoder.add_adapter(folder, QUESTION_SELECTOR)
    opinion = WordsOpinion.load(folder, manifest)

    def encode(texts: Sequence[str]) -> FloatArray:
        return encoder.encode(texts, QUESTION_SELECTOR)

    said = spoken(encode, pack, rows, opinion.words if opinion else None)
    return float(manifest.config["margin"]), opinion, said


if __name__ == "__main__":
    sys.exit(main())
