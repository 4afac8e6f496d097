"""Command-line options that all training commands share."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.artifacts import ENCODER, WEIGHTS
from engine.generator_spec import GeneratorSpec, parse_generator
from engine.loading import PACKS
from engine.utterance_writer import Sampling
from engine.verifier_spec import VerifierSpec, parse_verifier
from training.adapters import AdapterSettings
from training.candidate_loss import Loss
from training.errors import DataError

SPLITS = Path(__file__).resolve().parents[1] / "dataset" / "splits"


def training_parser(
    prog: str, description: str, *, epochs: int, batch_size: int = 32
) -> argparse.ArgumentParser:
    """Return a parser with the shared options.

    Args:
        prog: the command, as typed.
        description: one sentence.
        epochs: default number of epochs.
        batch_size: default number of pairs a step.
    """
    parser = _shared_parser(prog, description)
    add = parser.add_argument
    add("--epochs", type=at_least_one, default=epochs, help="passes over the rows")
    add("--batch-size", type=at_least_one, default=batch_size, help="pairs a step")
    return parser


def adapter_parser(prog: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with the shared options and those of an S-BERT; `adapter_settings` reads it.

    Args:
        prog: the command, as typed.
        description: one sentence.
    """
    parser = _shared_parser(prog, description)
    add = parser.add_argument
    add(
        "--epochs", type=whole_numbers, help="passes over the rows; a list as in 5,10,20 tries each"
    )
    add("--adapter", type=Path, help="a finished model whose adapter is kept")
    add_adapter_options(parser)
    return parser


def add_adapter_options(parser: argparse.ArgumentParser) -> None:
    """Add how an S-BERT is trained; what is not given depends on the rows."""
    add = parser.add_argument
    add("--batch-size", type=at_least_one, help="rows or pairs a step")
    add("--learning-rate", type=float, help="peak rate")
    add("--rank", type=at_least_one, help="of the LoRA matrices")
    add("--loss", type=Loss, choices=list(Loss), help="for a file in the reference layout")


def adapter_settings(options: argparse.Namespace, defaults: AdapterSettings) -> AdapterSettings:
    """Return the defaults with what was given in their stead, but for the epochs.

    Args:
        options: of a parser with `add_adapter_options`, and ``seed``.
        defaults: what suits the rows.
    """
    names = ("rank", "learning_rate", "batch_size")
    given: dict[str, Any] = {name: getattr(options, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    return replace(defaults, seed=options.seed, **given)


def refuse_loss(options: argparse.Namespace) -> None:
    """Make sure that ``--loss`` was not given with the project's own rows, which have their own.

    Raises:
        DataError: it was.
    """
    if options.loss is not None:
        raise DataError((f"{options.data}: --loss is for a file in the reference layout alone",))


def at_least_one(text: str) -> int:
    """Read a whole number from the command line, 1 or more."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def share(text: str) -> float:
    """Read a share from the command line, from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return value


def temperature(text: str) -> float:
    """Read a temperature from the command line, 0 or more."""
    try:
        return Sampling(temperature=float(text)).temperature
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no temperature") from None


def voice_spec(text: str) -> GeneratorSpec | Path:
    """Read what speaks from the command line: a folder, or a choice of generator."""
    folder = Path(text).expanduser()
    if folder.is_dir():
        return folder
    try:
        return parse_generator(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, or an existing folder") from None


def verifier_spec(text: str) -> VerifierSpec:
    """Read a choice of verifier from the command line."""
    try:
        return parse_verifier(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole_numbers(text: str) -> tuple[int, ...]:
    """Read different whole numbers, 1 or more, in rising order."""
    return tuple(sorted({at_least_one(part) for part in text.split(",")}))


def _shared_parser(prog: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=description)
    add = parser.add_argument
    add("--data", type=Path, default=SPLITS, help="labelled rows")
    add(
        "--pack", type=Path, default=PACKS / "ml-core", help="question pack that the rows belong to"
    )
    add("--base", type=Path, default=WEIGHTS / ENCODER, help="folder of the encoder body")
    add("--out", type=Path, required=True, help="folder for the finished model")
    add("--device", default="cpu", help="what to train on: cpu or cuda")
    add("--seed", type=int, default=20, help="random seed")
    add("--force", action="store_true", help="train again although --out holds a finished model")
    return parser
