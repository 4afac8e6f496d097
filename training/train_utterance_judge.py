"""Fits what of the checks on utterances is learnt: outcome, topic, and whether it is a sentence.

    python -m training.train_utterance_judge --out runs/utterance_judge

They learn from the labelled utterances of the training split, from what the pack says, from the
half of the judged utterances that checks may learn from and, for what a sentence is, from messages
that people type; on a processor in a few minutes. How sure each must be before it objects is set by
cross-validation over the families of the training split; the other splits are only scored.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine.artifacts import UTTERANCE_JUDGE, Manifest, file_sha256, write_manifest
from engine.errors import EngineError
from engine.fluency import FLUENCY_FILE, save_tables
from engine.loading import PACKS
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.stance_head import STANCE_FILE
from training.checked_rows import CHECKED, CheckedRow, read_checked
from training.errors import TrainingError
from training.evaluation.data import HasSplit
from training.fluency_fitting import fit_fluency, fluency_figures
from training.good_texts import GoodText, good_texts
from training.options import SPLITS
from training.relevance_fitting import fit_relevance, hold_questions, relevance_figures
from training.rows import Split, read_answers, read_intents
from training.rows_digest import rows_sha256
from training.stance_fitting import (
    find_limits,
    fit_stances,
    reactions_of_checked,
    reactions_of_rows,
    stance_figures,
    written_reactions,
)
from training.utterance_rows import UtteranceRow, read_utterances

UTTERANCES = PACKS.parent / "utterances"
HELD_OUT: tuple[Split, ...] = ("validation", "test")
RowT = TypeVar("RowT", bound=HasSplit)


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, score and store the judge; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        pack = read_pack(options.pack)
        rows = read_utterances(options.data)
        checked = read_checked(options.checked, pack)
        answers = of_split(read_answers(options.typed / "answers"), "train")
        intents = of_split(read_intents(options.typed / "intents.csv"), "train")
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    texts = good_texts(of_split(rows, "train"), pack, answers, intents)
    parts = (
        _stances(rows, checked, pack, options.out / STANCE_FILE),
        _relevance(rows, pack),
        _fluency(rows, texts, options.out / FLUENCY_FILE),
    )
    manifest = Manifest(
        kind=UTTERANCE_JUDGE,
        base={},
        config={name: value for part in parts for name, value in part.config.items()},
        data={
            "utterances": rows_sha256(options.data.glob("*.csv")),
            "checked": file_sha256(options.checked),
            "answers": rows_sha256((options.typed / "answers").glob("*.csv")),
            "intents": file_sha256(options.typed / "intents.csv"),
            "pack": f"{pack.id} {pack.version} {pack.digest}",
        },
        metrics={split: {part.name: part.metrics[split] for part in parts} for split in HELD_OUT},
        seed=0,
    )
    print(json.dumps(write_manifest(options.out, manifest).metrics, indent=2))
    return 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """One of the checks that are fitted.

    Args:
        name: of the check.
        config: what the manifest keeps of it.
        metrics: split → its figures.
    """

    name: str
    config: Mapping[str, Any]
    metrics: Mapping[Split, Any]


def _stances(
    rows: Sequence[UtteranceRow], checked: Sequence[CheckedRow], pack: QuestionPack, file: Path
) -> Fitted:
    """Fit and store what hears what is said of an answer."""
    learnt, written = (
        list(reactions_of_rows(rows, "train")),
        [*written_reactions(pack), *reactions_of_checked(checked)],
    )
    layer = fit_stances([*learnt, *written])
    limits = find_limits(learnt, written)
    layer.save(file)
    config = {
        "stances": list(layer.stances),
        "limits": {locale: asdict(limit) for locale, limit in limits.items()},
    }
    metrics = {
        split: {
            locale: stance_figures(
                layer, limits[locale], locale, list(reactions_of_rows(rows, split))
            )
            for locale in limits
        }
        for split in HELD_OUT
    }
    return Fitted("outcome", config, metrics)


def _relevance(rows: Sequence[UtteranceRow], pack: QuestionPack) -> Fitted:
    """Fit what tells whether the next topic is asked."""
    layers = fit_relevance(hold_questions(of_split(rows, "train"), pack))
    metrics = {
        split: relevance_figures(layers, hold_questions(of_split(rows, split), pack))
        for split in HELD_OUT
    }
    return Fitted("off_topic", {"relevance": layers}, metrics)


def _fluency(rows: Sequence[UtteranceRow], texts: Sequence[GoodText], file: Path) -> Fitted:
    """Fit and store what tells sentences from nonsense."""
    layers = fit_fluency(texts)
    save_tables(layers, file)
    said = {
        (locale, split): [r.utterance for r in of_split(rows, split) if r.locale == locale]
        for locale in layers
        for split in HELD_OUT
    }
    metrics = {
        split: {
            locale: fluency_figures(layer, said[locale, split])
            for locale, layer in layers.items()
            if said[locale, split]
        }
        for split in HELD_OUT
    }
    return Fitted(
        "fluency", {"fluency": {name: layer.config for name, layer in layers.items()}}, metrics
    )


def of_split(rows: Iterable[RowT], split: str) -> list[RowT]:
    """Return the rows of one split, which may be empty."""
    return [row for row in rows if row.split == split]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.train_utterance_judge",
        description="Fits what of the checks on utterances is learnt.",
    )
    add = parser.add_argument
    add("--pack", type=Path, default=PACKS / "ml-core", help="the pack that is talked about")
    add("--data", type=Path, default=UTTERANCES, help="folder with the labelled utterances")
    add(
        "--checked",
        type=Path,
        default=CHECKED / "validation.csv",
        help="utterances that people have judged, to learn from",
    )
    add("--typed", type=Path, default=SPLITS, help="folder with labelled answers and intents")
    add("--out", type=Path, required=True, help="folder for the finished judge")
    return parser


if __name__ == "__main__":
    sys.exit(main())
