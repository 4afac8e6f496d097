"""Reads files of public corpora, plain or xz, so that every fault names file, line and column."""

from __future__ import annotations

import csv
import io
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from training.errors import CorpusError


def text_lines(path: Path) -> list[str]:
    """Return the lines of a text file that are not blank.

    Raises:
        CorpusError: it is missing, unreadable or empty.
    """
    return [line for line in read_text(path).splitlines() if line.strip()]


def table_rows(
    path: Path, names: tuple[str, ...], *, delimiter: str = "\t", quoted: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the filled cells of the named columns of a table with a header.

    Raises:
        CorpusError: it is unreadable, a column is missing or a cell is empty.
    """
    rows = csv_rows(path, delimiter=delimiter, quoted=quoted)
    _, header = next(rows)
    for name in names:
        if name not in header:
            raise CorpusError(path, "missing column", line=1, column=name)
    indices = {name: header.index(name) for name in names}
    for line, row in rows:
        yield line, [filled_cell(path, line, row, index, name) for name, index in indices.items()]


def csv_rows(path: Path, *, delimiter: str, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of every row that is not empty.

    Raises:
        CorpusError: it is unreadable or no CSV.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(read_text(path), newline=""), delimiter=delimiter, quoting=quoting
    )
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise CorpusError(path, str(error), line=reader.line_num) from error


def filled_cell(path: Path, line: int, row: list[str], index: int, column: str | int) -> str:
    """Return a cell of a row without the space around it.

    Args:
        path: the file that the row is of.
        line: where it ends.
        row: its cells.
        index: which of them.
        column: what to call it in a fault.

    Raises:
        CorpusError: it is missing or empty.
    """
    if index >= len(row) or not row[index].strip():
        raise CorpusError(path, "missing text", line=line, column=column)
    return row[index].strip()


def read_text(path: Path) -> str:
    """Return what a text file holds.

    Raises:
        CorpusError: it is missing, not UTF-8, not xz though its name says so, or empty.
    """
    data = read_bytes(path)
    try:
        if path.suffix == ".xz":
            data = lzma.decompress(data)
        text = data.decode("utf-8-sig")
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise CorpusError(path, f"unreadable: {error}") from error
    if not text.strip():
        raise CorpusError(path, "the file is empty")
    return text


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        CorpusError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(path, f"cannot be read: {error.strerror}") from error
