"""Merges an adapter of stage 3 into its base and stores the whole small enough to be bundled.

    python -m training.export_language_model --adapter X --base BASE --out Y

In half precision any program reads the folder; as int8 with a scale a row
(`engine.quantised_weights`) it is half of that again, for `engine.language_model` alone.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import torch

from engine.artifacts import UTTERANCE_GENERATOR, Manifest, verify, write_manifest
from engine.errors import EngineError
from engine.language_model import LanguageModel, add_adapter, load_language_model
from engine.quantised_weights import save_quantised
from engine.reader_layout import WEIGHTS_FILE

log = logging.getLogger(__name__)


class Store(StrEnum):
    """How weights are stored."""

    HALF = "fp16"
    INT8 = "int8"


def main(argv: Sequence[str] | None = None) -> int:
    """Merge and store from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m training.export_language_model", description=__doc__
    )
    add = parser.add_argument
    add("--adapter", type=Path, required=True, help="folder of a trained adapter")
    add("--base", required=True, help="name on the hub, or folder, of the model it was trained on")
    add("--out", type=Path, required=True, help="folder for the merged model")
    add("--store", type=Store, choices=list(Store), default=Store.HALF, help="precision")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        manifest = verify(options.adapter, UTTERANCE_GENERATOR)
        export_merged(options.base, options.adapter, options.out, options.store, manifest)
    except EngineError as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    return 0


def export_merged(
    base: str, adapter: Path, out: Path, store: Store, manifest: Manifest
) -> Manifest:
    """Merge, write the folder with its manifest, and return that.

    Args:
        base: name on the hub, or folder, of the model that the adapter was trained on.
        adapter: folder of the adapter.
        out: folder to write.
        store: precision.
        manifest: what the adapter says of itself.

    Raises:
        ArtifactError: one of the two is missing, altered, or they do not belong together.
    """
    loaded = add_adapter(load_language_model(base, "cpu"), adapter, base)
    write_model(LanguageModel(loaded.model.merge_and_unload(), loaded.tokenizer), out, store)
    config = {**manifest.config, "merged": True, "stored": store.value}
    merged = write_manifest(out, replace(manifest, config=config))
    size = sum(file.stat().st_size for file in out.iterdir())
    log.info("%s holds %.1f MB", out, size / 1e6)
    return merged


def write_model(loaded: LanguageModel, out: Path, store: Store) -> None:
    """Write model and tokenizer so that `engine.language_model` loads them.

    Args:
        loaded: the model, in full precision.
        out: folder to write.
        store: precision.
    """
    out.mkdir(parents=True, exist_ok=True)
    model = loaded.model
    if store is Store.HALF:
        model.half().save_pretrained(str(out))
    else:
        model.config.save_pretrained(str(out))
        model.generation_config.save_pretrained(str(out))
        save_quantised(_own_weights(model), out / WEIGHTS_FILE)
    loaded.tokenizer.save_pretrained(str(out))
    for file in out.iterdir():
        file.chmod(0o644)  # safetensors writes for its owner alone; others read a bundled file too


def _own_weights(model: Any) -> dict[str, Any]:
    """Return the weights by name, without those that are another's under a second name."""
    tied = set(model.all_tied_weights_keys) if model.config.tie_word_embeddings else set()
    return {
        name: tensor.to(torch.float32).numpy()
        for name, tensor in model.state_dict().items()
        if name not in tied
    }


if __name__ == "__main__":
    sys.exit(main())
