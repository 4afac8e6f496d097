"""Fine-tunes a causal language model to say what the interviewer says, as a LoRA adapter.

    python -m training.train_utterance_generator --preset aurora-tiny --out runs/voice

Any model can be the base: ``--base`` names it on the hub or as a folder, ``--preset`` brings
settings that suit one. After each epoch the model writes for held-out turns and what it writes is
checked; of the epochs whose format is right in 97.5 % of cases the best is kept. If ``--out`` holds
a finished adapter it is scored again, not trained. Several ``--epochs`` are trained each apart.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine.artifacts import UTTERANCE_GENERATOR
from engine.errors import EngineError
from engine.language_model import base_digest
from engine.loading import DEVICES, PACKS, choose_device
from engine.model_location import public_name
from engine.pack_reader import read_pack
from training.adapters import finished
from training.errors import BaseModelError, TrainingError
from training.export_language_model import Store
from training.options import SPLITS, at_least_one, whole_numbers
from training.utterance_examples import read_examples
from training.utterance_presets import PRESETS, GeneratorPreset, GeneratorSettings, preset_named
from training.utterance_run import Voice, score_finished, train_voice
from training.utterance_sweep import VoiceJob, train_each_number
from training.utterance_writing import checker_of

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        metrics = train_or_score(options)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(metrics, indent=2))
    return 0


def train_or_score(options: argparse.Namespace) -> dict[str, Any]:
    """Do what was asked for; return how the adapter does on held-out turns.

    Raises:
        TrainingError: options, base, rows or memory do not do; the message says what would.
        EngineError: the pack, or a finished adapter, cannot be used.
    """
    torch.set_num_threads(options.threads)
    preset = preset_named(options.preset)
    settings, base = _settings(options, preset), options.base or preset.base
    pack = read_pack(options.pack)
    examples = read_examples(options.data, pack, seed=options.seed, prompts=options.prompts)
    device = choose_device(options.device)
    done = None if options.force else finished(options.out, UTTERANCE_GENERATOR)
    described = _described(base)
    voice = Voice(base, described, preset.name, device, examples, checker_of(pack), settings.seed)
    if done is not None:
        return score_finished(voice, options.out)
    merge = preset.merge if options.merge is None else options.merge
    store = Store(options.store) if merge else None
    job = VoiceJob(described, examples.data, lambda s, out: train_voice(voice, s, out, store))
    numbers = options.epochs or (preset.settings.epochs,)
    manifest = train_each_number(job, numbers, settings, options.out, force=options.force)
    return dict(manifest.metrics)


def _described(base: str) -> dict[str, str]:
    """Return what a manifest says of a base.

    Raises:
        BaseModelError: it has no weights here.
    """
    if base == PRESETS["aurora-tiny"].base and not Path(base).is_dir():
        raise BaseModelError(
            f"{base} is not there; build it with python -m training.build_language_model, or say"
            " with --base where it lies"
        )
    try:
        return {"name": public_name(base), "digest": base_digest(base)}
    except EngineError as error:
        raise BaseModelError(str(error)) from error


def _settings(options: argparse.Namespace, preset: GeneratorPreset) -> GeneratorSettings:
    """Return those of the preset with what was given in their stead."""
    adapter = ("rank", "alpha", "dropout", "learning_rate")
    names = (*adapter, "batch_size", "accumulation", "max_tokens", "checkpointing")
    given = {name: getattr(options, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    return replace(preset.settings, qlora=options.qlora, seed=options.seed, **given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.train_utterance_generator", description=__doc__
    )
    add, switch = parser.add_argument, argparse.BooleanOptionalAction
    add("--preset", default="aurora-tiny", help=f"one of {', '.join(PRESETS)}")
    add("--base", help="name on the hub, or folder, of another causal language model")
    rows = SPLITS.parent / "utterances"
    add(
        "--data",
        type=Path,
        default=rows,
        help="labelled utterances, or a file in the reference layout",
    )
    add("--pack", type=Path, default=PACKS / "ml-core", help="question pack of the rows")
    add("--out", type=Path, required=True, help="folder for the finished adapter")
    add("--epochs", type=whole_numbers, help="passes over the rows; a list as in 1,3,5 tries each")
    add("--batch-size", type=at_least_one, help="rows in memory at once")
    add("--accumulation", type=at_least_one, help="batches a step")
    add("--learning-rate", type=float, help="peak rate")
    add("--rank", type=at_least_one, help="of the LoRA matrices")
    add("--alpha", type=at_least_one, help="their scale is this over the rank")
    add("--dropout", type=float, help="of what enters them")
    add("--max-tokens", type=at_least_one, help="of prompt and utterance; longer rows are left out")
    add("--gradient-checkpointing", dest="checkpointing", action=switch, help="less memory, slower")
    add("--qlora", action="store_true", help="keep the base in four bits (needs bitsandbytes)")
    add("--merge", action=switch, help="also write the base with the adapter merged into it")
    add("--store", choices=list(Store), default=Store.HALF, help="precision of the merged model")
    add("--prompts", type=at_least_one, default=3, help="written for after an epoch, by outcome")
    add("--device", choices=DEVICES, default="auto", help="what to train on")
    add("--threads", type=at_least_one, default=torch.get_num_threads(), help="of the processor")
    add("--seed", type=int, default=20, help="random seed")
    add("--force", action="store_true", help="train again although --out holds a finished adapter")
    return parser


if __name__ == "__main__":
    sys.exit(main())
