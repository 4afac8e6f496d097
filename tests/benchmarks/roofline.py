"""How quickly a core could run a transformer at best: by its arithmetic and by its memory.

No program encodes a text in less than ``max(FLOPs / GEMM rate, bytes / bandwidth)`` (Williams et
al., "Roofline", 2009); how near one comes says what is left to gain.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_SIDE = 768
_COPIED = 2**27
_TIMES = 5


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """What decides how much an encoder computes.

    Args:
        width: of its states.
        inner_width: of its feed-forward layers.
        layers: how many.
    """

    width: int
    inner_width: int
    layers: int

    @property
    def weights(self) -> int:
        """Numbers in the matrices of its layers; embeddings are looked up, not multiplied."""
        return self.layers * (4 * self.width**2 + 2 * self.width * self.inner_width)

    def operations(self, tokens: int) -> int:
        """Return the floating-point operations of one text of so many tokens."""
        attention = self.layers * 2 * tokens**2 * self.width
        return 2 * (tokens * self.weights + attention)


def floor_seconds(operations: float, rate: float, moved: float, bandwidth: float) -> float:
    """Return the least time that some work takes.

    Args:
        operations: floating-point operations.
        rate: of those a second.
        moved: bytes that are read.
        bandwidth: of those a second.
    """
    return max(operations / rate, moved / bandwidth)


def gemm_rate() -> float:
    """Return the fp32 operations a second of numpy's matrix product on this thread."""
    one = np.random.default_rng(1).random((_SIDE, _SIDE), dtype=np.float32)
    return 2 * _SIDE**3 / _least_seconds(lambda: one @ one)


def bf16_gemm_rate() -> float | None:
    """Return the same in bfloat16 by torch; None where torch is not installed."""
    try:
        import torch  # noqa: PLC0415 - the figure is left out without it
    except ImportError:
        return None
    torch.set_num_threads(1)
    one = torch.rand(_SIDE, _SIDE, dtype=torch.bfloat16)
    return 2 * _SIDE**3 / _least_seconds(lambda: one @ one)


def copy_bandwidth() -> float:
    """Return the bytes a second that a copy reads and writes on this thread."""
    source = np.ones(_COPIED, dtype=np.uint8)
    target = np.empty_like(source)
    return 2 * _COPIED / _least_seconds(lambda: np.copyto(target, source))


def _least_seconds(work: Callable[[], object]) -> float:
    """Return the shortest of several times: what else ran can only have made it longer."""
    work()
    taken = []
    for _ in range(_TIMES):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)
