"""Names the rows that a model was trained on by the sha256 of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.artifacts import file_sha256


def rows_sha256(places: Iterable[str]) -> str:
    """Return one sha256 over the files that rows were read from.

    Args:
        places: ``file:line`` of each row.
    """
    files = sorted({Path(place.rpartition(":")[0]) for place in places})
    joined = "".join(f"{file.name}:{file_sha256(file)}\n" for file in files)
    return hashlib.sha256(joined.encode()).hexdigest()
