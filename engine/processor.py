"""What the processor of this machine can do."""

from __future__ import annotations

from pathlib import Path

_DESCRIPTION = Path("/proc/cpuinfo")
_ADDS_PRODUCTS_OF_INT8 = {"avx512_vnni", "avx_vnni"}


def adds_products_of_int8(description: Path = _DESCRIPTION) -> bool:
    """Return whether sums of int8 products are known to be exact, and quick.

    Older processors add them in 16 bits: sums overflow, which trebles what rounding costs, and
    there is little time to win. Where Linux does not describe the processor, nothing is known.

    Args:
        description: as Linux has it.
    """
    try:
        lines = description.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not _ADDS_PRODUCTS_OF_INT8.isdisjoint(flags)
