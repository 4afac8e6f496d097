"""Which labelled rows an evaluation reads: the layout of a file, and the split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from training.errors import DataError

# What ``--split`` takes: one of the splits, or all rows.
ALL = "all"
SPLIT_NAMES = ("train", "validation", "test", ALL)


class HasSplit(Protocol):
    """A labelled row of the project."""

    @property
    def split(self) -> str:
        """The split that it belongs to."""


RowT = TypeVar("RowT", bound=HasSplit)


def of_split(rows: Sequence[RowT], split: str, place: str) -> tuple[RowT, ...]:
    """Return the rows of one split, or all.

    Args:
        rows: the rows.
        split: one of `SPLIT_NAMES`.
        place: the file or folder that they were read from, for the fault.

    Raises:
        DataError: there is none.
    """
    found = tuple(row for row in rows if split in (ALL, row.split))
    if not found:
        raise DataError((f"{place}:1: family: no family falls in {split}",))
    return found


def has_columns(file: Path, columns: Sequence[str]) -> bool:
    """Tell whether a file begins with just these columns; a folder counts as one that does."""
    if file.is_dir():
        return True
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            return stream.readline().strip() == ",".join(columns)
    except OSError:
        return False
