"""Names the rows that a model was trained on by the sha256 of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.artifacts import file_sha256


def rows_sha256(files: Iterable[Path]) -> str:
    """Return one sha256 over the files that rows are read from.

    Taken before training starts: by the time that it ends, the files may have changed.
    """
    ordered = sorted(files, key=lambda file: file.name)
    joined = "".join(f"{file.name}:{file_sha256(file)}\n" for file in ordered)
    return hashlib.sha256(joined.encode()).hexdigest()
