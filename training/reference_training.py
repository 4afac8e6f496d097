"""What the training commands of stages 1 and 2 do with a file in the reference layout."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine.artifacts import Manifest, file_sha256
from engine.errors import ArtifactError
from training.adapters import AdapterSettings, finished, load_body
from training.candidate_loss import Loss
from training.candidate_model import (
    KINDS,
    LAYOUT,
    Choice,
    learn_candidates,
    load_candidate_model,
    save_manifest,
)
from training.errors import DataError
from training.folds import stratified_parts
from training.options import adapter_settings
from training.reference_rows import ReferenceRow, Stage, candidates_of, read_reference
from training.sweep import Job, train_each

DEFAULTS = AdapterSettings(epochs=16, rank=64, learning_rate=2e-3, batch_size=32)
# One part in so many is held out where numbers of epochs are compared.
PARTS = 10


def is_reference(data: Path) -> bool:
    """Whether ``--data`` names a file rather than a folder of the project's own rows."""
    return data.is_file() or data.suffix == ".csv"


def refuse_reference_model(manifest: Manifest, out: Path) -> None:
    """Make sure that a finished model was not trained on a file in the reference layout.

    Raises:
        ArtifactError: it was, so that the project's own rows cannot score it.
    """
    if manifest.config.get("layout") == LAYOUT:
        raise ArtifactError(
            f"{out} was trained on a file in the reference layout; name one with --data to score"
            " it, or train it again with --force"
        )


def run(stage: Stage, options: argparse.Namespace) -> dict[str, float]:
    """Train, sweep, or score what is finished, on the file that ``--data`` names.

    Args:
        stage: what the model chooses.
        options: of `training.options.adapter_parser`.

    Returns:
        Scores of a finished model on all rows of the file, or of a sweep's best on held-out rows;
        nothing where one model was trained on all rows.

    Raises:
        DataError: the file cannot be used.
        ArtifactError: the body, or the finished model, cannot be used.
        CheckpointError: ``--out`` holds an unfinished run on other rows or with other settings.
    """
    rows = read_reference(options.data, [stage])
    if not options.force and finished(options.out, KINDS[stage]) is not None:
        model = load_candidate_model(options.out, options.base, stage, options.device)
        return model.score(rows).rounded()
    numbers = options.epochs or (DEFAULTS.epochs,)
    held_out = hold_out(rows, stage, options.seed) if len(numbers) > 1 else ()
    job = reference_job(stage, rows, held_out, options)
    settings = adapter_settings(options, DEFAULTS)
    return dict(train_each(job, numbers, settings, options.out, force=options.force).metrics)


def reference_job(
    stage: Stage,
    rows: Sequence[ReferenceRow],
    held_out: Sequence[ReferenceRow],
    options: argparse.Namespace,
) -> Job:
    """Return how to train on the rows but for those held out, and how to score on these.

    Args:
        stage: what the model chooses.
        rows: all rows of the file.
        held_out: those not to learn from.
        options: names ``data``, ``base``, ``device`` and ``loss``.

    Raises:
        DataError: all rows have the same label.
    """
    sha256 = {"rows": file_sha256(options.data)}
    choice = Choice(stage, candidates_of(rows, stage), options.loss or Loss.SOFTMAX)
    learned = [row for row in rows if row not in held_out]

    def train(settings: AdapterSettings, folder: Path) -> Manifest:
        body, base = load_body(options.base, options.device)
        model = learn_candidates(body, learned, choice, settings, folder)
        return save_manifest(
            folder,
            model,
            base={"kind": base.kind, "digest": base.digest},
            config={
                "epochs": settings.epochs,
                "rank": settings.rank,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
                "loss": choice.loss.value,
            },
            data=sha256,
            metrics={"split": "held out", **model.score(held_out).rounded()} if held_out else {},
            seed=settings.seed,
        )

    def validate(folder: Path) -> tuple[float, float]:
        model = load_candidate_model(folder, options.base, stage, options.device)
        scores = model.score(held_out)
        return scores.accuracy, scores.mean_diff

    return Job(KINDS[stage], options.base, sha256, train, validate)


def hold_out(rows: Sequence[ReferenceRow], stage: Stage, seed: int) -> list[ReferenceRow]:
    """Return a stratified tenth of the rows; labels with fewer than ten rows have none in it.

    Raises:
        DataError: no label has ten rows.
    """
    parts = stratified_parts([stage.label(row) for row in rows], PARTS, seed)
    chosen = [row for row, part in zip(rows, parts, strict=True) if part == 0]
    if not chosen:
        fault = f"{stage.column}: no label has {PARTS} rows, so that none can be held out"
        raise DataError((f"{rows[0].place}: {fault}",))
    return chosen
