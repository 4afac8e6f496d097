"""Which run a folder of checkpoints belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.errors import CheckpointError

NOTE = "run.sha256"


def claim(checkpoints: Path, described: Mapping[str, Any]) -> bool:
    """Note which run a folder is for; tells whether that run has a checkpoint there already.

    Args:
        checkpoints: the folder; made where it is missing.
        described: all that makes the run what it is, as JSON takes it.

    Raises:
        CheckpointError: the checkpoints there are of another run.
    """
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    note = checkpoints / NOTE
    if any(checkpoints.glob("checkpoint-*")):
        if not note.is_file() or note.read_text(encoding="utf-8") != digest:
            raise CheckpointError(
                f"{checkpoints} holds checkpoints of a run on other rows or with other settings;"
                " continue that run, or start anew with --force"
            )
        return True
    checkpoints.mkdir(parents=True, exist_ok=True)
    note.write_text(digest, encoding="utf-8")
    return False
