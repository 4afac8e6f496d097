"""Half precision where it is faster: on a GPU, and on processors that multiply bfloat16 themselves.

Elsewhere PyTorch emulates bfloat16: on a processor with AVX2 alone, matrix products were measured
50 times slower than in fp32.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def has_fast_bf16(device: str) -> bool:
    """Whether bfloat16 is worth while on a device (``cpu`` or ``cuda``)."""
    if device == "cuda":
        return True
    return torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "NO AVX", "AVX2")


def mixed_precision(device: torch.device) -> AbstractContextManager[None]:
    """Return a context in which matrix products run in bfloat16 where that is faster."""
    context: AbstractContextManager[None] = torch.autocast(
        device.type, dtype=torch.bfloat16, enabled=has_fast_bf16(device.type)
    )
    return context
