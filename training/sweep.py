"""Trains a model once, or once for each number of epochs, and keeps the best.

Each number's model lies in ``epochs-N`` below the model folder and is not trained again if it is
finished; the table of all is ``sweep.csv``, the plot ``sweep.svg``.
"""

from __future__ import annotations

import csv
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from engine.artifacts import ENCODER, MANIFEST, Manifest, read_manifest, verify
from training.adapters import AdapterSettings, clear, finished
from training.errors import CheckpointError

log = logging.getLogger(__name__)

TABLE, PLOT = "sweep.csv", "sweep.svg"


@dataclass(frozen=True, slots=True)
class Trial:
    """How one number of epochs did on rows that were held out.

    Args:
        epochs: passes over the training rows.
        accuracy: share of held-out rows with the right choice.
        mean_diff: as `training.candidate_scores` defines it.
    """

    epochs: int
    accuracy: float
    mean_diff: float


@dataclass(frozen=True, slots=True)
class Job:
    """What is trained.

    Args:
        kind: of the model.
        base: folder of the encoder body.
        sha256: what the manifest says of the rows, whatever else it says of the data.
        train: trains into a folder and writes its manifest.
        validate: accuracy and Mean_Diff of a finished folder on held-out rows.
    """

    kind: str
    base: Path
    sha256: Mapping[str, str]
    train: Callable[[AdapterSettings, Path], Manifest]
    validate: Callable[[Path], tuple[float, float]]


def train_each(
    job: Job, numbers: Sequence[int], settings: AdapterSettings, out: Path, *, force: bool
) -> Manifest:
    """Train with each number of epochs and return the manifest of what lies in ``out`` then.

    Args:
        job: what to train.
        numbers: of epochs; a single one is trained into ``out`` itself, without a table.
        settings: how to train, but for the epochs.
        out: the model folder.
        force: remove first what an earlier run left.

    Raises:
        ArtifactError: the body, or a model of an earlier run, is missing or altered.
        CheckpointError: an earlier run had other rows or settings.
    """
    verify(job.base, ENCODER)  # before anything is removed
    if force:
        for folder in (*(trial_folder(out, number) for number in numbers), out):
            clear(folder)
    if len(numbers) == 1:
        return job.train(replace(settings, epochs=numbers[0]), out)
    trials = []
    for number in numbers:
        folder, chosen = trial_folder(out, number), replace(settings, epochs=number)
        if not _is_trained(job, chosen, folder):
            job.train(chosen, folder)
        trials.append(Trial(number, *job.validate(folder)))
        log.info("%s", trials[-1])
        write_table(trials, out / TABLE)
        write_plot(trials, out / PLOT)
    best = max(trials, key=lambda trial: (trial.accuracy, trial.mean_diff, -trial.epochs))
    log.info("%d epochs are best", best.epochs)
    return copy_model(trial_folder(out, best.epochs), out)


def write_table(trials: Sequence[Trial], file: Path) -> None:
    """Write one line a trial."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(field.name for field in fields(Trial))
        writer.writerows(
            (trial.epochs, f"{trial.accuracy:.4f}", f"{trial.mean_diff:.4f}") for trial in trials
        )


def write_plot(trials: Sequence[Trial], file: Path) -> None:
    """Draw accuracy and Mean_Diff against the number of epochs as SVG."""
    epochs, accuracies, diffs = zip(*(astuple(trial) for trial in trials), strict=True)
    # Without these the same trials give another file each time.
    with rc_context({"svg.hashsalt": "sweep"}):
        figure = Figure(figsize=(6, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.plot(epochs, accuracies, marker="o", label="accuracy")
        axes.plot(epochs, diffs, marker="s", label="Mean_Diff")
        axes.set_xlabel("epochs")
        axes.set_xticks(epochs)
        axes.set_ylim(min(0.0, *diffs), 1.02)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
        figure.savefig(file, format="svg", metadata={"Date": None})


def trial_folder(out: Path, number: int) -> Path:
    """Return the folder of the model that was trained for so many epochs."""
    return out / f"epochs-{number}"


def _is_trained(job: Job, settings: AdapterSettings, folder: Path) -> bool:
    """Tell whether an earlier run finished this trial.

    Raises:
        CheckpointError: what it finished is not this trial.
    """
    manifest = finished(folder, job.kind)
    if manifest is None:
        return False
    config, data = manifest.config, manifest.data
    wanted = {
        "epochs": settings.epochs,
        "rank": settings.rank,
        "learning_rate": settings.learning_rate,
        "batch_size": settings.batch_size,
    }
    same = all(config.get(name) == value for name, value in wanted.items())
    same &= all(data.get(name) == value for name, value in job.sha256.items())
    if not same or manifest.seed != settings.seed:
        raise CheckpointError(
            f"{folder} was trained on other rows or with other settings;"
            " name another --out, or start anew with --force"
        )
    log.info("%s is finished", folder)
    return True


def copy_model(source: Path, out: Path) -> Manifest:
    """Copy a finished model, its manifest last, so that a model is never half there."""
    manifest = read_manifest(source)
    for name in (*manifest.files, MANIFEST):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, out / name)
    return manifest
