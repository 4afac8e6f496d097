"""A small file in the reference layout: three labels a stage, twelve rows each, and an opening."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.reference_rows import COLUMNS

SUBJECTS = ["cats", "dogs", "bees", "oaks", "rain", "snow"]
SUBJECTS += ["bread", "soup", "chess", "jazz", "maps", "ships"]
OPENING = dict.fromkeys(COLUMNS, "") | {"output_next_question": "colour"}


def reference_rows() -> list[dict[str, str]]:
    """Return the opening and thirty-six rows, column → cell."""
    rows = [dict(OPENING)]
    for subject in SUBJECTS:
        rows += [
            _row(f"the {subject} are red and blue", "", "colour", "size"),
            _row(f"the {subject} weigh ten tons", "colour", "size", "farewell"),
            _row(f"no idea, {subject} puzzle me", "colour, size", "failed", "colour"),
        ]
    return rows


def write_reference(
    file: Path,
    rows: Sequence[Mapping[str, str]] | None = None,
    *,
    encoding: str = "utf-8",
    columns: Sequence[str] = COLUMNS,
) -> Path:
    """Write rows, `reference_rows` unless given, and return the file."""
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(reference_rows() if rows is None else rows)
    return file


def _row(said: str, remaining: str, answered: str, following: str) -> dict[str, str]:
    cells = ("What do they look like?", said, remaining, answered, following)
    return dict(zip(COLUMNS, cells, strict=True))
