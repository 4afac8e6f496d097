"""The adapter of a model folder while the rest of the model is learnt: fresh, or a finished one's.

What stands beside an adapter (heads, layers over words, thresholds) is learnt in a minute, the
adapter itself in an hour. ``--adapter`` therefore keeps that of a finished model.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from engine.encoder import SharedEncoder
from training.adapters import AdapterSettings
from training.candidate_model import Encode, encoder_of
from training.errors import DataError

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
# What a manifest says of how an adapter was trained.
LEARNT_BY = ("rank", "epochs", "learning_rate", "batch_size")


@dataclass(frozen=True, slots=True)
class LearntAdapter:
    """An adapter that lies in a model folder, ready to encode.

    Args:
        encode: returns unit vectors.
        base: digest of the body.
        config: how it was trained, for the manifest.
        seed: of its training.
    """

    encode: Encode
    base: str
    config: Mapping[str, Any]
    seed: int

    @classmethod
    def fresh(
        cls, body: SentenceTransformer, base: str, settings: AdapterSettings
    ) -> LearntAdapter:
        """Return the adapter in a body that has just been trained.

        Args:
            body: with its adapter.
            base: digest of the body.
            settings: how it was trained.
        """
        config = {name: getattr(settings, name) for name in LEARNT_BY}
        return cls(encoder_of(body), base, config, settings.seed)


def refuse_same_folder(options: argparse.Namespace) -> None:
    """Make sure that ``--adapter`` is not the folder that ``--force`` would empty.

    Args:
        options: names ``adapter`` and ``out``.

    Raises:
        DataError: it is.
    """
    if options.adapter is not None and options.adapter.resolve() == options.out.resolve():
        raise DataError((f"{options.adapter}: --adapter and --out are the same folder",))


def keep_adapter(kind: str, base: Path, source: Path, out: Path) -> LearntAdapter:
    """Copy the adapter of a finished model into a model folder.

    Args:
        kind: of both models.
        base: folder of the encoder body.
        source: the finished model.
        out: the model folder.

    Raises:
        ArtifactError: it cannot be used, or was trained on another body.
    """
    encoder = SharedEncoder(base, "cpu")
    manifest = encoder.add_adapter(source, kind)
    out.mkdir(parents=True, exist_ok=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(source / name, out / name)

    def encode(texts: Sequence[str]) -> FloatArray:
        return encoder.encode_many(texts, kind)

    config = {name: manifest.config[name] for name in LEARNT_BY if name in manifest.config}
    return LearntAdapter(encode, encoder.manifest.digest, config, manifest.seed)
