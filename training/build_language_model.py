"""Builds ``aurora-tiny``: a small Llama with its own Korean–English tokenizer, from scratch.

    python -m training.build_language_model --corpora DIR --out X

The tokenizer and then the model learn from the public corpora and from the project's own packs,
answers and utterances (the train split of these). One text in a hundred is held out; perplexity on
those, by language, is logged and stands in the manifest. A run that was killed goes on from its
last checkpoint with the same order of data when the command is given again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from engine.artifacts import CHECKPOINTS, LANGUAGE_MODEL, Manifest, write_manifest
from engine.errors import EngineError
from engine.loading import PACKS
from training.errors import CheckpointError, DataError, TrainingError
from training.language_corpus import LanguageCorpus, Mixture, OwnData, read_language_corpus
from training.language_model import LanguageLearner, LearningSettings, Shape, new_model
from training.language_model_run import LanguagePlan, LanguageRun, LanguageState
from training.language_tokenizer import save_tokenizer, train_tokenizer
from training.options import SPLITS, at_least_one
from training.packed_texts import TokenRows, pack_texts, shuffled

log = logging.getLogger(__name__)

NAME = "aurora-tiny"
RUN = "run.sha256"
# Rows of each language that perplexity is measured on; more change its second digit only.
MEASURED_ROWS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    try:
        state = build(options)
    except (TrainingError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    log.info("done; %s in %s", json.dumps(state.history[-1]), options.out)
    return 0


def build(options: argparse.Namespace) -> LanguageState:
    """Build the model that the options describe.

    Raises:
        TrainingError: bad corpora or rows, or a checkpoint of another run.
        PackError: the pack has faults.
    """
    torch.set_num_threads(options.threads)
    own = OwnData(options.pack, options.data / "answers", options.utterances)
    mixture = Mixture(options.turn_repeats, options.own_repeats, options.public_share)
    corpus = read_language_corpus(options.corpora, own, mixture)
    shape, settings = _shape(options), _settings(options)
    config = {
        "name": NAME,
        "shape": asdict(shape),
        "learning": asdict(settings),
        "mixture": asdict(mixture),
        "epochs": options.epochs,
    }
    identity = _identity({"config": config, "data": corpus.data})
    checkpoints = options.out / CHECKPOINTS
    _claim(checkpoints, identity)

    tokenizer = _tokenizer(checkpoints, corpus, shape, settings.seed)
    shape = replace(shape, pieces=tokenizer.get_vocab_size())
    learner = LanguageLearner(new_model(shape, seed=settings.seed), settings, options.device)
    rows, held_out = _token_rows(tokenizer, corpus, shape, settings.seed)
    plan = LanguagePlan(
        folder=checkpoints,
        identity=identity,
        epochs=options.epochs,
        minutes=options.minutes,
        evaluations=options.evaluations,
        checkpoint_minutes=options.checkpoint_minutes,
        batch_size=settings.batch_size,
        seed=settings.seed,
    )
    run = LanguageRun(learner, rows, held_out, plan)
    log.info("resumed" if run.resume() else "started")
    state = run.run()

    learner.model.save_pretrained(str(options.out))
    save_tokenizer(tokenizer, options.out, context=shape.context)
    write_manifest(
        options.out,
        Manifest(
            kind=LANGUAGE_MODEL,
            base={},
            config={
                **config,
                "pieces": shape.pieces,
                "parameters": sum(p.numel() for p in learner.model.parameters()),
                "rows_an_epoch": len(rows),
                "history": state.history,
            },
            data=corpus.data,
            metrics={"held_out": state.history[-1]},
            seed=settings.seed,
        ),
    )
    return state


def _identity(described: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _claim(checkpoints: Path, identity: str) -> None:
    """Note which run a folder is for.

    Raises:
        CheckpointError: it is for another one.
    """
    note = checkpoints / RUN
    if note.is_file() and note.read_text(encoding="utf-8") != identity:
        raise CheckpointError(
            f"{checkpoints} is of other settings or data; name another output folder"
        )
    checkpoints.mkdir(parents=True, exist_ok=True)
    note.write_text(identity, encoding="utf-8")


def _tokenizer(checkpoints: Path, corpus: LanguageCorpus, shape: Shape, seed: int) -> Tokenizer:
    """Return the run's tokenizer; a later leg takes the one that the first leg learnt."""
    file = checkpoints / "tokenizer.json"
    if not file.is_file():
        unfinished = file.with_suffix(".new")
        train_tokenizer(corpus.train, pieces=shape.pieces, seed=seed).save(str(unfinished))
        unfinished.replace(file)
    return Tokenizer.from_file(str(file))


def _token_rows(
    tokenizer: Tokenizer, corpus: LanguageCorpus, shape: Shape, seed: int
) -> tuple[TokenRows, Mapping[str, TokenRows]]:
    """Return the rows to learn from, and by language those to measure on.

    Raises:
        DataError: the texts do not fill one row of each.
    """
    # One more than is read: each token but the last is followed by one to guess.
    length = shape.context + 1
    rows = pack_texts(tokenizer, shuffled(corpus.train, seed), length=length)
    held_out: dict[str, TokenRows] = {
        language: pack_texts(tokenizer, shuffled(texts, seed), length=length)[:MEASURED_ROWS]
        for language, texts in corpus.held_out.items()
    }
    sizes = {name: len(found) for name, found in (("train", rows), *held_out.items())}
    empty = [name for name, size in sizes.items() if not size]
    if empty:
        raise DataError(
            tuple(f"{name}: the texts do not fill a row of {length} tokens" for name in empty)
        )
    log.info("rows of %d tokens: %s", length, json.dumps(sizes))
    return rows, held_out


def _shape(options: argparse.Namespace) -> Shape:
    """Return the shape that the options ask for.

    Raises:
        DataError: there can be no such model.
    """
    shape = Shape(
        pieces=options.pieces,
        context=options.context,
        width=options.width,
        layers=options.layers,
        heads=options.heads,
        key_heads=options.key_heads,
        inner_width=options.inner_width,
    )
    if shape.faults:
        raise DataError(shape.faults)
    return shape


def _settings(options: argparse.Namespace) -> LearningSettings:
    return LearningSettings(
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        seed=options.seed,
    )


def _above_zero(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _share(text: str) -> float:
    value = _above_zero(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"{text} is above one")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.build_language_model", description=__doc__
    )
    add = parser.add_argument
    dataset, shape, settings, mixture = SPLITS.parent, Shape(), LearningSettings(), Mixture()
    add("--corpora", type=Path, required=True, help="folder with korean/ and grading/")
    add("--out", type=Path, required=True, help="folder for the finished model and checkpoints")
    add("--pack", type=Path, default=PACKS / "ml-core", help="question pack to learn from")
    add("--data", type=Path, default=SPLITS, help="labelled rows; answers/ of it is read")
    add("--utterances", type=Path, default=dataset / "utterances", help="labelled utterances")
    add("--turn-repeats", type=at_least_one, default=mixture.turn_repeats, help="an epoch")
    add("--own-repeats", type=at_least_one, default=mixture.own_repeats, help="of other own texts")
    add("--public-share", type=_share, default=mixture.public_share, help="of public texts")
    add("--epochs", type=at_least_one, default=3)
    add(
        "--minutes", type=_above_zero, default=600.0, help="training time; the rate is zero by then"
    )
    add("--checkpoint-minutes", type=_above_zero, default=10.0, help="between two checkpoints")
    add("--evaluations", type=at_least_one, default=8, help="an epoch")
    add("--batch-size", type=at_least_one, default=settings.batch_size, help="rows a step")
    add("--learning-rate", type=float, default=settings.learning_rate, help="peak rate")
    for name, value in asdict(shape).items():
        add(f"--{name.replace('_', '-')}", type=at_least_one, default=value, help="of the model")
    add("--device", default="cpu", help="what to train on: cpu or cuda")
    add("--threads", type=at_least_one, default=2)
    add("--seed", type=int, default=settings.seed)
    return parser


if __name__ == "__main__":
    sys.exit(main())
