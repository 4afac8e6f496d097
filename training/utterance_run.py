"""One adapter of stage 3, from its base to the finished folder."""

from __future__ import annotations

import importlib.util
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import BitsAndBytesConfig

from engine.artifacts import CHECKPOINTS, UTTERANCE_GENERATOR, Manifest, write_manifest
from engine.errors import ArtifactError
from engine.language_model import LanguageModel, add_adapter, load_language_model
from training.adapters import halve
from training.errors import BaseModelError, OptionError
from training.export_language_model import Store, export_merged
from training.utterance_examples import Examples
from training.utterance_learning import BEST, fits_into_memory, learn
from training.utterance_presets import GeneratorSettings
from training.utterance_scores import FORMAT_GATE, Checker, EpochScore, best_of, score_writing
from training.utterance_writing import writer_over

log = logging.getLogger(__name__)

MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Voice:
    """What every adapter of a command shares.

    Args:
        base: name on the hub, or folder, of the language model.
        described: what a manifest says of the base.
        preset: name of the preset that the settings come from.
        device: ``cpu`` or ``cuda``.
        examples: what is learnt from and measured on.
        checker: says what is wrong with utterances.
        seed: of what is written.
    """

    base: str
    described: Mapping[str, str]
    preset: str
    device: str
    examples: Examples
    checker: Checker
    seed: int


def train_voice(
    voice: Voice, settings: GeneratorSettings, out: Path, store: Store | None
) -> Manifest:
    """Train an adapter and write the model folder, its manifest last.

    Args:
        voice: what to train on.
        settings: how.
        out: the model folder.
        store: precision of the merged model; None writes none.

    Raises:
        BaseModelError: the base cannot be loaded.
        TrainingError: rows, checkpoints or memory do not do.
    """
    loaded = load_base(voice.base, voice.device, settings)
    scores = learn(
        loaded,
        voice.examples,
        settings,
        out / CHECKPOINTS,
        lambda model: score_writing(
            writer_over(model), voice.checker, voice.examples.prompts, voice.seed
        ),
    )
    _warn_of_format(best_of(scores))
    _save_adapter(out / CHECKPOINTS / BEST, out, voice.described["name"])
    loaded.tokenizer.save_pretrained(str(out))
    manifest = _manifest(voice, settings, scores)
    if store is not None:
        adapter = out / CHECKPOINTS / BEST
        export_merged(voice.base, adapter, out / MERGED, store, manifest)
    return write_manifest(out, manifest)


def _warn_of_format(best: EpochScore) -> None:
    if not best.passes:
        log.warning(
            "no epoch passes the format gate: the best breaks the format in %.1f %% of utterances "
            "(%.1f %% at most); train for another number of epochs, or on more rows",
            100 * (1 - best.format),
            100 * (1 - FORMAT_GATE),
        )


def _manifest(voice: Voice, settings: GeneratorSettings, scores: Sequence[EpochScore]) -> Manifest:
    best = best_of(scores)
    return Manifest(
        kind=UTTERANCE_GENERATOR,
        base=voice.described,
        config={"preset": voice.preset, "learning": asdict(settings)},
        data=voice.examples.data,
        metrics={
            "validation": asdict(best),
            "epochs": [asdict(score) for score in scores],
            "passes_format_gate": best.passes,
        },
        seed=settings.seed,
    )


def score_finished(voice: Voice, folder: Path) -> dict[str, Any]:
    """Return how a finished adapter does on the turns that nothing was chosen on.

    Raises:
        BaseModelError: the base cannot be loaded, or is not the adapter's.
    """
    try:
        loaded = add_adapter(load_language_model(voice.base, voice.device), folder, voice.base)
    except ArtifactError as error:
        raise BaseModelError(str(error)) from error
    turns = voice.examples.test_prompts
    return {"test": asdict(score_writing(writer_over(loaded), voice.checker, turns, voice.seed))}


def load_base(base: str, device: str, settings: GeneratorSettings) -> LanguageModel:
    """Load what is trained, in four bits where that was asked for.

    Raises:
        OptionError: four bits were asked for where there can be none.
        BaseModelError: the base cannot be loaded.
        MemoryShortageError: it does not fit into memory.
    """
    more = _four_bits(device) if settings.qlora else {}
    try:
        with fits_into_memory(settings):
            return load_language_model(base, device, **more)
    except ArtifactError as error:
        raise BaseModelError(str(error)) from error


def _four_bits(device: str) -> dict[str, Any]:
    """Return what loads a base as in QLoRA (Dettmers et al., 2023).

    Raises:
        OptionError: there is no GPU or no bitsandbytes.
    """
    if device != "cuda":
        raise OptionError("--qlora needs an NVIDIA GPU, and there is none here; leave it out")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise OptionError("--qlora needs bitsandbytes: pip install -e '.[train,bitsandbytes]'")
    return {
        "quantization_config": BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    }


def _save_adapter(source: Path, out: Path, base: str) -> None:
    """Copy an adapter in half precision, without the path of the base on this machine."""
    shutil.copyfile(source / "adapter_model.safetensors", out / "adapter_model.safetensors")
    halve(out / "adapter_model.safetensors")
    config = json.loads((source / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base
    text = json.dumps(config, indent=2, sort_keys=True)
    (out / "adapter_config.json").write_text(text + "\n", encoding="utf-8")
