"""Command-line options that all training commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.artifacts import ENCODER, WEIGHTS
from engine.loading import PACKS

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
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--data", type=Path, default=SPLITS, help="folder of labelled rows")
    parser.add_argument(
        "--pack", type=Path, default=PACKS / "ml-core", help="question pack that the rows belong to"
    )
    parser.add_argument(
        "--base", type=Path, default=WEIGHTS / ENCODER, help="folder of the encoder body"
    )
    parser.add_argument("--epochs", type=_at_least_one, default=epochs, help="passes over the rows")
    parser.add_argument("--batch-size", type=int, default=batch_size, help="pairs a step")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model")
    parser.add_argument("--device", default="cpu", help="what to train on: cpu or cuda")
    parser.add_argument("--seed", type=int, default=20, help="random seed")
    parser.add_argument(
        "--force", action="store_true", help="train again although --out holds a finished model"
    )
    return parser


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value
