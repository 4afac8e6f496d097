"""Gives memory that is no longer used back to the system.

Loading models leaves holes of tens of megabytes behind, which the C library of Linux would keep for
what is asked for later; a worker that has loaded asks for little.
"""

from __future__ import annotations

import contextlib
import ctypes


def give_back_freed_memory() -> None:
    """Give it back, where the C library has a way to."""
    # Other systems have another library, or one without this function.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
