"""Turns a finished base encoder into the folder that the engine loads.

    python -m training.export_encoder --from runs/build/final --out engine/weights/encoder

Weights become int8 with a scale a row (`engine.quantised_weights`); tokenizer and configuration are
taken over. Adapters and verifier are trained on what this writes, rounding included. The manifest
says how far the vectors moved.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from engine.artifacts import ENCODER, Manifest, verify, write_manifest
from engine.encoder_body import UNUSED, load_encoder_body
from engine.errors import EngineError
from engine.quantised_weights import save_quantised
from engine.reader_layout import WEIGHTS_FILE
from training.corpora import read_similarity
from training.encoder_model import load_encoder
from training.encoder_scores import measure
from training.errors import TrainingError

log = logging.getLogger(__name__)

_TAKEN_OVER = ("config.json", "tokenizer.json", "tokenizer_config.json")
_MAX_TOKENS = 96


def main(argv: Sequence[str] | None = None) -> int:
    """Export from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.export_encoder", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="finished encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the engine")
    parser.add_argument("--corpora", type=Path, help="scores the export on the dev splits in there")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        manifest = export_encoder(options.source, options.out, options.corpora)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    log.info("%s", manifest.metrics)
    return 0


def export_encoder(source: Path, out: Path, corpora: Path | None = None) -> Manifest:
    """Write the engine's folder and return its manifest.

    Args:
        source: a sentence-transformers folder with a manifest (`training.build_encoder`).
        out: the folder to write; what is there is replaced.
        corpora: folder of KorSTS and STS-B; given, the export is scored on their dev splits.

    Raises:
        ArtifactError: the source does not match its manifest.
        CorpusError: a dev split is missing or malformed.
    """
    manifest = verify(source, ENCODER)
    weights = {
        name: tensor.float().numpy()
        for name, tensor in load_file(str(source / "model.safetensors")).items()
        if UNUSED not in name
    }
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name in _TAKEN_OVER:
        shutil.copyfile(source / name, out / name)
    save_quantised(weights, out / WEIGHTS_FILE)
    metrics = dict(manifest.metrics)
    if corpora is not None:
        metrics["exported"] = _scores(source, out, corpora)
    config = {**manifest.config, "stored": "int8, a scale a row"}
    return write_manifest(out, replace(manifest, config=config, metrics=metrics))


def _scores(source: Path, out: Path, corpora: Path) -> dict[str, float]:
    """Return the dev scores of the export and its mean cosine to the source."""
    dev = read_similarity(corpora, "dev")
    exported = load_encoder_body(out, "cpu")
    scores = measure(exported, dev)
    texts = [pair.first for pair in (*dev.korean[:250], *dev.english[:250])]
    before = load_encoder(str(source), max_tokens=_MAX_TOKENS).encode(texts)
    cosine = np.sum(before * exported.encode(texts), axis=1).mean()
    return {
        "korsts": scores.korsts,
        "stsb": scores.stsb,
        "aligned_cosine": scores.aligned_cosine,
        "language_gap": scores.language_gap,
        "cosine_to_source": float(cosine),
    }


if __name__ == "__main__":
    sys.exit(main())
