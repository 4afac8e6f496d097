"""Cross-validates the S-BERTs of stages 1 and 2 on a file in the reference layout.

    python -m training.cross_validate --data FILE --out runs/folds

Stratified folds; every label of the file can be chosen (open set). Beside the trained model stand a
linear support-vector machine over character n-grams, the original all-MiniLM-L6-v2, and the
untrained body, on the same texts and folds. Rows of labels too rare to be in every fold are always
learnt from.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from engine.artifacts import ENCODER, WEIGHTS
from engine.errors import EngineError
from training.adapters import load_body
from training.candidate_loss import Loss
from training.candidate_model import CandidateModel, Choice, encoder_of, learn_candidates
from training.candidate_scores import accuracy, mean_diff
from training.encoder_model import bundled_base, load_encoder
from training.errors import DataError, TrainingError
from training.folds import Indices, stratified_parts
from training.options import adapter_settings, add_adapter_options, at_least_one
from training.reference_rows import ReferenceRow, Stage, candidates_of, read_reference
from training.reference_training import DEFAULTS

log = logging.getLogger(__name__)

# Texts of the original MiniLM are cut where ours are.
MAX_TOKENS = 192
COLUMNS = ("stage", "model", "n", "accuracy", "mean_diff")

Rows: TypeAlias = Sequence[ReferenceRow]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Args:
        stage: what was chosen.
        model: by what.
        n: rows tested, all folds together.
        accuracy: share of them with the right label.
        mean_diff: as `training.candidate_scores` defines it; None where nothing is a cosine.
    """

    stage: Stage
    model: str
    n: int
    accuracy: float
    mean_diff: float | None

    def cells(self) -> tuple[str, ...]:
        """Return the line as it is printed and written."""
        diff = "" if self.mean_diff is None else f"{self.mean_diff:.4f}"
        return self.stage.value, self.model, str(self.n), f"{self.accuracy:.4f}", diff


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print the table; return the exit code."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    stages = tuple(Stage) if options.stage == "both" else (Stage(options.stage),)
    try:
        rows = read_reference(options.data, stages)
        lines = [line for stage in stages for line in cross_validate(rows, stage, options)]
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    _print_table(lines)
    if options.out:
        write_table(lines, options.out)
    return 0


def cross_validate(rows: Rows, stage: Stage, options: argparse.Namespace) -> Iterator[Line]:
    """Yield one line for each model.

    Args:
        rows: all rows of the file.
        stage: what to choose.
        options: names ``base``, ``folds``, ``epochs``, ``learning_rate`` and more.

    Raises:
        DataError: the rows have one label, or none that has a row for each fold.
        BaseModelError: the original MiniLM is not installed.
        ArtifactError: the body cannot be loaded.
    """
    candidates = candidates_of(rows, stage)
    parts = stratified_parts([stage.label(row) for row in rows], options.folds, options.seed)
    if parts.max() < 0:
        fault = f"{stage.column}: no label has as many rows as there are folds"
        raise DataError((f"{rows[0].place}: {fault}",))
    original = load_encoder(bundled_base(), max_tokens=MAX_TOKENS, device=options.device)
    body, _ = load_body(options.base, options.device)
    settings = replace(adapter_settings(options, DEFAULTS), epochs=options.epochs)
    choice = Choice(stage, candidates, options.loss or Loss.SOFTMAX)

    def learn(learned: Rows) -> CandidateModel:
        fresh, _ = load_body(options.base, options.device)
        return learn_candidates(fresh, learned, choice, settings)

    yield _by_letters(rows, stage, parts)
    for name, encode in (
        ("all-MiniLM-L6-v2, untrained", original.encode),
        ("our encoder, untrained", encoder_of(body)),
    ):
        yield _by_model(
            rows, stage, parts, name, _always(CandidateModel.of(stage, candidates, encode))
        )
    yield _by_model(rows, stage, parts, f"S-BERT, {options.epochs} epochs", learn)


def write_table(lines: Sequence[Line], out: Path) -> None:
    """Write ``table.csv`` into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(line.cells() for line in lines)


def _by_model(
    rows: Rows, stage: Stage, parts: Indices, name: str, learn: Callable[[Rows], CandidateModel]
) -> Line:
    """Score what is learnt of each fold's other rows."""
    near, truth = [], []
    for part in range(parts.max() + 1):
        model = learn([row for row, of in zip(rows, parts, strict=True) if of != part])
        tested = [row for row, of in zip(rows, parts, strict=True) if of == part]
        near.append(model.similarities([stage.text(row) for row in tested]))
        truth.append(model.truth(tested))
        log.info("%s, %s, fold %d: %.4f", stage, name, part + 1, accuracy(near[-1], truth[-1]))
    all_near, all_truth = np.concatenate(near), np.concatenate(truth)
    diff = mean_diff(all_near, all_truth)
    return Line(stage, name, len(all_truth), accuracy(all_near, all_truth), diff)


def _always(model: CandidateModel) -> Callable[[Rows], CandidateModel]:
    return lambda _: model


def _by_letters(rows: Rows, stage: Stage, parts: Indices) -> Line:
    """Score character n-grams of 1 to 4 letters and a linear support-vector machine."""
    texts = np.array([stage.text(row) for row in rows])
    labels = np.array([stage.label(row) for row in rows])
    right: list[bool] = []
    for part in range(parts.max() + 1):
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
        machine = make_pipeline(letters, LinearSVC())
        machine.fit(texts[parts != part], labels[parts != part])
        right += (machine.predict(texts[parts == part]) == labels[parts == part]).tolist()
    name = "character n-grams, linear SVM"
    return Line(stage, name, len(right), float(np.mean(right)), None)


def _print_table(lines: Sequence[Line]) -> None:
    table = [COLUMNS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    for row in table:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m training.cross_validate", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="CSV in the reference layout")
    add("--base", type=Path, default=WEIGHTS / ENCODER, help="folder of the encoder body")
    add("--stage", choices=[*(stage.value for stage in Stage), "both"], default="both")
    add("--folds", type=_two_or_more, default=5, help="at least 2")
    add("--epochs", type=at_least_one, default=DEFAULTS.epochs, help="passes over the rows")
    add("--device", default="cpu", help="what to train on: cpu or cuda")
    add("--seed", type=int, default=20, help="random seed, of the folds too")
    add("--out", type=Path, help="folder for table.csv")
    add_adapter_options(parser)
    return parser.parse_args(argv)


def _two_or_more(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"{text} is less than 2")
    return value


if __name__ == "__main__":
    sys.exit(main())
