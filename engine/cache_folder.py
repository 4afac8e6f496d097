"""Where a worker keeps what it makes of models and packs, so that the next start is quick.

Everything below the folder may be deleted at any time: it is made again.
"""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "ENGINE_CACHE"


def cache_folder() -> Path | None:
    """Return the folder: `CACHE_VARIABLE`, or the user's own; None for a user who has no home."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser()
    try:
        root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(root) / "aurora"
