"""What was freed in small pieces goes back to the system when it is asked to."""

from __future__ import annotations

import ctypes
import os

import pytest

from engine.freed_memory import give_back_freed_memory
from tests.benchmarks.processes import resident_mebibytes

_PIECES, _BYTES = 64, 96 * 1024  # each below what the C library asks the system for by itself


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library")
def test_holes_between_pieces_that_are_kept_are_given_back() -> None:
    pieces = [b"x" * _BYTES for _ in range(_PIECES * 16)]
    kept = pieces[::16]
    before = resident_mebibytes(os.getpid())
    del pieces
    give_back_freed_memory()
    freed = before - resident_mebibytes(os.getpid())
    assert freed > 0.8 * (_PIECES * 15 * _BYTES) / 2**20
    assert len(kept) == _PIECES


def test_another_library_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    give_back_freed_memory()
    assert not hasattr(ctypes.CDLL(None), "malloc_trim")
