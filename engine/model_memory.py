"""How large a language model is, and whether this machine can hold it.

A process that asks for more memory than there is is killed without a word, and would be again at
each start; so a model for the processor is measured before it is loaded.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from engine.encoder_body import UNLOADABLE
from engine.errors import ArtifactError
from engine.wide_heads import accept_wide_heads

# bfloat16 halves the bytes that are read for a token, where a processor computes in it. Small
# models, which lie in its caches, are quicker in fp32: 17 million parameters were, 150 were not.
_LARGE = 100_000_000
# What a model takes beside its weights, as a share of them.
_BESIDE = 0.1
_MEMORY = Path("/proc/meminfo")
_LIMITS = Path("/sys/fs/cgroup")


def make_sure_it_fits(base: str, device: str) -> torch.dtype | None:
    """Return the type in which a model runs best; None for the usual one.

    Args:
        base: name on the hub, or a folder; one that cannot be read is for the loading to report.
        device: ``cpu`` or ``cuda``; a GPU says itself when it is full.

    Raises:
        ArtifactError: the memory is too small for it.
    """
    if device != "cpu" or not (parameters := _parameters(base)):
        return None
    dtype = torch.bfloat16 if parameters >= _LARGE and _computes_in_bfloat16() else torch.float32
    needed = int(parameters * dtype.itemsize * (1 + _BESIDE))
    free = available_memory()
    if free is not None and needed > free:
        raise ArtifactError(
            f"{base} needs {_gigabytes(needed)} of memory and {_gigabytes(free)} are free; choose "
            "a smaller model, or have a server run it (openai:MODEL@BASE_URL)"
        )
    return dtype


def available_memory(memory: Path = _MEMORY, limits: Path = _LIMITS) -> int | None:
    """Return how many bytes this process may still take; None where the system does not say.

    Args:
        memory: Linux's account of the machine's memory.
        limits: folder of the control group's, which a container has.
    """
    found = [_of_machine(memory), _of_group(limits)]
    return min((free for free in found if free is not None), default=None)


def _of_machine(memory: Path) -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in memory.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _of_group(limits: Path) -> int | None:
    try:
        most = int((limits / "memory.max").read_text())
        taken = int((limits / "memory.current").read_text())
        lines = (limits / "memory.stat").read_text().splitlines()
        counts = dict(line.split(" ", 1) for line in lines)
        # Files that were read are dropped when memory is needed.
        return max(0, most - taken + int(counts["inactive_file"]))
    except (OSError, ValueError, KeyError):
        return None


def _parameters(base: str) -> int:
    """Return how many parameters a model has, without its weights; 0 where it cannot be told."""
    accept_wide_heads()
    try:
        config = AutoConfig.from_pretrained(base)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
    except (*UNLOADABLE, ImportError):
        return 0
    return sum(parameter.numel() for parameter in model.parameters())


def _computes_in_bfloat16() -> bool:
    return torch.backends.mkldnn.is_available() and bool(
        torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
