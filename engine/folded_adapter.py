"""Folds a LoRA adapter, as peft stores it, into the weights that it was trained on.

W' = W + (alpha ÷ rank) · B · A, for each adapted matrix (Hu et al., "LoRA: Low-Rank Adaptation of
Large Language Models", 2022).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from engine.arrays import FloatArray

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PREFIX = "base_model.model."
_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"
# What changes the formula; the bundled adapters use none of it.
_UNKNOWN_WAYS = ("use_dora", "use_rslora", "lora_bias", "fan_in_fan_out", "rank_pattern")


def fold_adapter(weights: Mapping[str, FloatArray], folder: Path) -> dict[str, FloatArray]:
    """Return the weights of a body with an adapter in them.

    Args:
        weights: name → array; not changed.
        folder: of the adapter. Layers of it that the weights lack, as the pooler, are left out.

    Raises:
        OSError, SafetensorError, KeyError: a file or a part of it is missing.
        ValueError: it is an adapter of a kind that this cannot fold.
    """
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    strange = [name for name in _UNKNOWN_WAYS if config.get(name)]
    if strange or config["peft_type"] != "LORA":
        raise ValueError(f"{folder} is no plain LoRA adapter ({config['peft_type']} {strange})")
    share = config["lora_alpha"] / config["r"]
    stored = load_file(str(folder / _WEIGHTS))
    folded = dict(weights)
    for name, down in stored.items():
        if not name.endswith(_DOWN):
            continue
        layer = name.removesuffix(_DOWN)
        target = layer.removeprefix(_PREFIX) + ".weight"
        if target not in weights:
            continue
        up = stored[layer + _UP].astype(np.float32)
        folded[target] = weights[target] + np.float32(share) * (up @ down.astype(np.float32))
    return folded
