"""Trains adapters of stage 3 for each number of epochs and keeps the best.

Each number's adapter lies in ``epochs-N`` below the model folder and is not trained again if it is
finished; the table of all is ``sweep.csv``.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from engine.artifacts import UTTERANCE_GENERATOR, Manifest
from training.adapters import clear, finished
from training.errors import CheckpointError
from training.sweep import TABLE, copy_model, trial_folder
from training.utterance_presets import GeneratorSettings
from training.utterance_scores import EpochScore, best_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceJob:
    """What is trained.

    Args:
        base: what the manifest says of the base.
        data: what the manifest says of the rows.
        train: trains into a folder and writes its manifest.
    """

    base: Mapping[str, str]
    data: Mapping[str, str]
    train: Callable[[GeneratorSettings, Path], Manifest]


def train_each_number(
    job: VoiceJob, numbers: Sequence[int], settings: GeneratorSettings, out: Path, *, force: bool
) -> Manifest:
    """Train with each number of epochs and return the manifest of what lies in ``out`` then.

    Args:
        job: what to train.
        numbers: of epochs; a single one is trained into ``out`` itself, without a table.
        settings: how to train, but for the epochs.
        out: the model folder.
        force: remove first what an earlier run left.

    Raises:
        ArtifactError: a model of an earlier run is altered.
        CheckpointError: an earlier run had another base, other rows or settings.
    """
    if force:
        for folder in (*(trial_folder(out, number) for number in numbers), out):
            clear(folder)
    if len(numbers) == 1:
        return job.train(replace(settings, epochs=numbers[0]), out)
    trials: dict[int, EpochScore] = {}
    for number in numbers:
        folder, chosen = trial_folder(out, number), replace(settings, epochs=number)
        manifest = _trained(job, chosen, folder) or job.train(chosen, folder)
        trials[number] = kept_score(manifest)
        write_table(trials, out / TABLE)
    best = best_of(tuple(trials.values()))
    number = next(number for number, score in trials.items() if score == best)
    log.info("%d epochs are best", number)
    return copy_model(trial_folder(out, number), out)


def kept_score(manifest: Manifest) -> EpochScore:
    """Return how the epoch did that an adapter was kept from."""
    return EpochScore(**manifest.metrics["validation"])


def write_table(trials: Mapping[int, EpochScore], file: Path) -> None:
    """Write one line for each number of epochs, with the epoch of it that was best."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("epochs", *(field.name for field in fields(EpochScore)), "passes"))
        for number, score in trials.items():
            writer.writerow((number, *asdict(score).values(), score.passes))


def _trained(job: VoiceJob, settings: GeneratorSettings, folder: Path) -> Manifest | None:
    """Return the manifest of a trial that an earlier run finished; None if it did not.

    Raises:
        CheckpointError: what it finished is not this trial.
    """
    manifest = finished(folder, UTTERANCE_GENERATOR)
    if manifest is None:
        return None
    same = manifest.config.get("learning") == asdict(settings)
    if not same or manifest.data != job.data or manifest.base != job.base:
        raise CheckpointError(
            f"{folder} was trained on another base, other rows or with other settings;"
            " name another --out, or start anew with --force"
        )
    log.info("%s is finished", folder)
    return manifest
