"""A model as CTranslate2 reads it from disk: named arrays, one after another, in one binary file.

The package's own writer imports torch wherever torch is installed, which takes seconds and hundreds
of megabytes; the layout (binary version 6, https://github.com/OpenNMT/CTranslate2) is short.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.arrays import FloatArray

Array = npt.NDArray[Any]
Variables = dict[str, Array]

_BINARY_VERSION = 6
# Int8 has as many steps to each side of zero.
_STEPS = 127
# The numbers by which the layout knows the types.
_TYPES = {"float32": 0, "int8": 1, "int16": 2, "int32": 3}


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model, ready to be written.

    Args:
        specification: the name of its architecture in CTranslate2.
        variables: name → array.
        config: what goes into its ``config.json``.
        tokens: what its tokens are called; empty for a model that is given ids.
        revision: of the specification.
        aliases: another name → the variable that it stands for.
    """

    specification: str
    variables: Mapping[str, Array]
    config: Mapping[str, Any]
    tokens: list[str] = field(default_factory=list)
    revision: int = 1
    aliases: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files of the model into a folder that exists.

        Raises:
            OSError: it cannot be written.
        """
        with (folder / "model.bin").open("wb") as stream:
            head = struct.pack("=I", _BINARY_VERSION) + _string(self.specification)
            stream.write(head + struct.pack("=II", self.revision, len(self.variables)))
            for name, array in sorted(self.variables.items()):
                stream.write(_head_of(name, array))
                stream.write(np.ascontiguousarray(array).tobytes())
            stream.write(struct.pack("=I", len(self.aliases)))
            for alias, name in sorted(self.aliases.items()):
                stream.write(_string(alias) + _string(name))
        config = dict.fromkeys(("unk_token", "bos_token", "eos_token"), "") | dict(self.config)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (folder / "vocabulary.json").write_text(json.dumps(self.tokens), encoding="utf-8")


def add_int8(variables: Variables, name: str, weight: FloatArray) -> None:
    """Add a matrix, rounded to int8 with a scale a row.

    Args:
        variables: what it is added to.
        name: of the layer.
        weight: ``(rows, columns)``.
    """
    variables[f"{name}/weight"], variables[f"{name}/weight_scale"] = in_steps(weight)


def in_steps(matrix: FloatArray) -> tuple[npt.NDArray[np.int8], FloatArray]:
    """Round a matrix to int8; return its steps and how many of them make one, row by row."""
    largest = np.abs(matrix).max(axis=1)
    scale = (_STEPS / np.where(largest > 0, largest, _STEPS)).astype(np.float32)
    return np.rint(matrix * scale[:, None]).astype(np.int8), scale


def _head_of(name: str, array: Array) -> bytes:
    shape = struct.pack(f"=B{array.ndim}I", array.ndim, *array.shape)
    return _string(name) + shape + struct.pack("=BI", _TYPES[array.dtype.name], array.nbytes)


def _string(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack("=H", len(data)) + data
