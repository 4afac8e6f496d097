"""Weights in a quarter of their size: each row of a matrix as int8 with one scale of its own.

Symmetric, per output row, as in Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference" (2018), but for storage alone: the weights are turned
back into floats on loading, and whatever stands on a body was trained on these floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from engine.arrays import FloatArray

SCALE = ".scale"
# Vectors and small matrices are kept in half precision: there is nothing to save.
_LEAST_ELEMENTS = 4096
_STEPS = 127


def save_quantised(tensors: Mapping[str, FloatArray], file: Path) -> None:
    """Store named arrays, large matrices as int8.

    Args:
        tensors: floating-point arrays.
        file: the safetensors file to write.
    """
    stored: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.size >= _LEAST_ELEMENTS:
            largest = np.abs(tensor).max(axis=1, keepdims=True)
            scale = np.where(largest > 0, largest / _STEPS, 1.0).astype(np.float32)
            stored[name] = np.rint(tensor / scale).astype(np.int8)
            stored[name + SCALE] = scale[:, 0]
        else:
            stored[name] = np.ascontiguousarray(tensor, dtype=np.float16)
    save_file(stored, str(file))
    file.chmod(0o644)  # safetensors writes for its owner alone; others read a bundled file too


def load_quantised(file: Path, part: str = "") -> dict[str, FloatArray]:
    """Read what `save_quantised` stored, as fp32.

    Args:
        file: the safetensors file.
        part: how the names begin of what is wanted; nothing else is read.

    Raises:
        OSError, SafetensorError: the file cannot be read.
        ValueError: a matrix has no scale.
    """
    with safe_open(str(file), framework="numpy") as opened:
        stored = {n: opened.get_tensor(n) for n in opened.keys() if n.startswith(part)}  # noqa: SIM118
    tensors: dict[str, FloatArray] = {}
    for name, array in stored.items():
        if name.endswith(SCALE):
            continue
        if array.dtype == np.int8:
            if name + SCALE not in stored:
                raise ValueError(f"{file}: {name} has no scale")
            tensors[name] = array * stored[name + SCALE][:, None]
        else:
            tensors[name] = array.astype(np.float32)
    return tensors
