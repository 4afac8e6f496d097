"""Trains the verifier of stage 1: is a message true of an answer point?

    python -m training.train_answer_verifier --evaluator engine/weights/answer_evaluator \
        --corpora CORPORA --out runs/answer_verifier

Members with layers of their own on the shared word embeddings learn from the labelled answers, the
pack's contrasts, the further questions of ``further/`` and, if ``--corpora`` is given, from public
inference and grading sets and near-misses cut from documents. Afterwards the calibration is fitted
and the thresholds are chosen on the validation rows (those about unseen questions on half of
``unseen.yaml`` and some further questions), and everything is scored on the test rows. A member
that is finished is not trained again, and never thrown away without ``--force``; a finished model
is scored, not trained.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from engine.artifacts import (
    ANSWER_EVALUATOR,
    ANSWER_VERIFIER,
    CHECKPOINTS,
    ENCODER,
    MANIFEST,
    Manifest,
    file_sha256,
    verify,
    write_manifest,
)
from engine.contract import Intent
from engine.encoder_body import load_encoder_body
from engine.errors import ArtifactError, EngineError
from engine.pack_reader import read_pack
from engine.point_heads import HEADS_FILE, save_heads
from engine.questions import QuestionPack
from engine.verdicts import VerdictPolicies
from training.adapters import clear, finished
from training.errors import CheckpointError, DataError, TrainingError
from training.head_fitting import fit_heads
from training.options import share, training_parser
from training.public_pairs import LICENCES, document_pairs, inference_pairs, read_sentences
from training.question_sets import FURTHER, read_further
from training.rehearsal import families_of_epoch, rehearsed
from training.row_checks import check_answers, check_splits
from training.rows import AnswerRow, label_of, of_split, read_answers
from training.rows_digest import rows_sha256
from training.verdict_cases import find_cases, find_strangers
from training.verdict_policy import fit_policies
from training.verdict_scores import score_all
from training.verifier_learning import LearningSettings, learn_member
from training.verifier_pairs import VerifierPair, pack_pairs, row_pairs

log = logging.getLogger(__name__)

# Sentences of documents that near-misses are cut from, an epoch.
DOCUMENTS = 6000


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        manifest = None if options.force else finished(options.out, ANSWER_VERIFIER)
        pack = read_pack(options.pack, contrasts=True)
        rows = read_rows(pack, options.data)
        if manifest is not None:
            policies = VerdictPolicies.from_config(manifest.config)
            test = find_cases(pack, of_split(rows, "test"), options)
            judge = partial(find_cases, options=options)
            metrics = score_all(policies, test, find_strangers(options.data, judge))
        elif options.members_only:
            train_members(pack, rows, options)
            metrics = {}
        else:
            metrics = dict(train(pack, rows, options).metrics)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(metrics, indent=2))
    return 0


def read_rows(pack: QuestionPack, data: Path) -> tuple[AnswerRow, ...]:
    """Read and check the labelled answers below a folder; leaves out what is no answer.

    Raises:
        DataError: with every fault of the first file or check that has some.
    """
    rows = read_answers(data / "answers")
    check_answers(rows, pack)
    answers = tuple(row for row in rows if row.intent is Intent.ANSWER)
    check_splits(answers, "answers")
    tuned = of_split(answers, "validation")
    if len({label_of(row, p) for row in tuned for p in pack.topic(row.topic).point_ids}) < 2:
        raise DataError(("answers:1: covered, partial, wrong: one label in all of validation",))
    return answers


def train(pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace) -> Manifest:
    """Train what members are missing, calibrate, score, and write the model's manifest.

    Args:
        pack: the pack that the rows belong to, with its contrasts.
        rows: checked answers.
        options: names ``data``, ``base``, ``evaluator``, ``corpora``, ``out`` and more.

    Raises:
        CorpusError: a public set has faults.
        ArtifactError: a model that this one builds on cannot be used.
        CheckpointError: ``out`` holds members of another run.
    """
    recipe = train_members(pack, rows, options)
    body = verify(options.base, ENCODER)
    manifest = Manifest(
        kind=ANSWER_VERIFIER,
        base={"kind": "encoder", "digest": body.digest},
        config={
            "evaluator": verify(options.evaluator, ANSWER_EVALUATOR).digest,
            "heads_of": pack.id,
            **recipe,
        },
        data={
            "answers": rows_sha256((options.data / "answers").glob("*.csv")),
            "further": rows_sha256((options.data / FURTHER).glob("*.yaml")),
            "pack": f"{pack.id} {pack.version} {pack.digest}",
            "licence": "Apache-2.0, written for this project",
            "public": LICENCES if options.corpora else {},
        },
        metrics={},
        seed=options.seed,
    )
    learned = [row for row in of_split(rows, "train") if row.topic not in options.hold_out]
    save_heads(fit_heads(pack, learned), options.out / HEADS_FILE)
    written = write_manifest(options.out, manifest)
    try:
        fitted = fit_policies(pack, rows, options)
    except BaseException:
        # Without a calibration it is no finished model; its members are kept.
        (options.out / MANIFEST).unlink()
        raise
    config = {**written.config, **fitted.config}
    return write_manifest(options.out, replace(written, config=config, metrics=fitted.metrics))


def train_members(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> dict[str, object]:
    """Train the members that are not there yet; return the recipe that all of them follow."""
    settings = LearningSettings(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        minutes=options.minutes,
        kept=options.kept,
    )
    held_out = tuple(options.hold_out)
    seeds = range(options.seed, options.seed + options.members)
    starts = _starts(options.start, seeds)
    recipe: dict[str, object] = {
        **asdict(settings),
        "hold_out": held_out,
        "rehearsed": options.rehearsed,
        "fresh": options.fresh,
        "starts": [file_sha256(file) for file in starts.values()],
    }
    body = load_encoder_body(options.base, options.device)
    _keep_members_of(recipe, options)
    public = _public_pairs(options)
    sentences = read_sentences(options.corpora) if options.corpora else []
    learned = [row for row in of_split(rows, "train") if row.topic not in held_out]
    known = without_topics(pack, held_out)
    taught = [(known, learned), *_further(options.data)]

    def epoch(chance: random.Random) -> list[VerifierPair]:
        old = [*pack_pairs(known, chance), *document_pairs(sentences, DOCUMENTS, chance), *public]
        pairs = list(rehearsed(old, options.rehearsed, chance))
        for asked, told in taught:
            drawn = families_of_epoch(told, options.rehearsed, options.fresh, chance)
            pairs += row_pairs(asked, drawn, chance)
            if asked is not known:
                others = {topic.id for topic in asked} - {row.topic for row in drawn}
                pairs += pack_pairs(without_topics(asked, sorted(others)), chance)
        return pairs

    for seed in seeds:
        file = options.out / _member(seed)
        if file.exists():
            log.info("%s is there", file.name)
            continue
        learn_member(body, epoch, settings, seed, starts.get(seed)).save(file)
    return {**recipe, "members": options.members}


def _member(seed: int) -> str:
    return f"member-{seed}.safetensors"


def _starts(folder: Path | None, seeds: Sequence[int]) -> dict[int, Path]:
    """Return what each member starts from: seed → weights; nothing where all begin anew.

    Raises:
        ArtifactError: the verifier to start from lacks a member.
    """
    starts = {} if folder is None else {seed: folder / _member(seed) for seed in seeds}
    for file in starts.values():
        if not file.is_file():
            raise ArtifactError(f"{file} is missing: a member goes on from the one of its seed")
    return starts


def _keep_members_of(recipe: dict[str, object], options: argparse.Namespace) -> None:
    """Note how members are trained; those that are there are removed only with ``--force``.

    Raises:
        CheckpointError: members are there that were trained otherwise. Hours may lie in them.
    """
    note = options.out / CHECKPOINTS / "recipe.json"
    rows = {
        "answers": rows_sha256((options.data / "answers").glob("*.csv")),
        "further": rows_sha256((options.data / FURTHER).glob("*.yaml")),
    }
    stands = json.dumps({**recipe, **rows}, sort_keys=True)
    if options.force:
        clear(options.out)
    elif note.exists() and note.read_text(encoding="utf-8") != stands:
        raise CheckpointError(
            f"{options.out} holds members of a run on other rows or with other settings; continue"
            " that run, or start anew with --force"
        )
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(stands, encoding="utf-8")


def without_topics(pack: QuestionPack, topics: Sequence[str]) -> QuestionPack:
    """Return the pack without some of its topics, as training sees it where they are held out."""
    return replace(pack, topics=tuple(topic for topic in pack if topic.id not in topics))


def _further(data: Path) -> list[tuple[QuestionPack, list[AnswerRow]]]:
    """Return the further questions of the train split with their answers, if there are any."""
    further = read_further(data)
    if further is None:
        return []
    learned = of_split(further.rows, "train")
    others = {topic.id for topic in further.pack} - {row.topic for row in learned}
    return [(without_topics(further.pack, sorted(others)), learned)]


def _public_pairs(options: argparse.Namespace) -> list[VerifierPair]:
    if options.corpora is None:
        return []
    pairs = inference_pairs(options.corpora, random.Random(options.seed))
    log.info("%d public pairs", len(pairs))
    return pairs


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = training_parser(
        "python -m training.train_answer_verifier",
        __doc__ or "",
        epochs=LearningSettings.epochs,
        batch_size=LearningSettings.batch_size,
    )
    add = parser.add_argument
    add("--evaluator", type=Path, required=True, help="trained answer evaluator")
    add("--corpora", type=Path, help="folder of public inference and grading sets, and documents")
    add("--members", type=int, default=1, help="how many, with seeds from --seed on")
    add("--learning-rate", type=float, default=LearningSettings.learning_rate, help="peak rate")
    add("--minutes", type=float, default=LearningSettings.minutes, help="of learning, at most")
    add("--hold-out", type=_names, default=[], help="topics to learn nothing of, for measuring")
    add("--start", type=Path, help="verifier whose members go on learning, by their file names")
    add(
        "--kept",
        type=share,
        default=LearningSettings.kept,
        help="with --start: share of the weights before in the mean with those after",
    )
    add(
        "--rehearsed",
        type=share,
        default=1.0,
        help="share of the rows and pairs that an epoch draws",
    )
    add("--fresh", type=_names, default=[], help="families or files that are always drawn begin so")
    add("--members-only", action="store_true", help="stop before calibration")
    return parser.parse_args(argv)


def _names(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


if __name__ == "__main__":
    sys.exit(main())
