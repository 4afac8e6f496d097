"""Reads CSV files record by record, so that every fault names file, line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from engine.contract import Intent

LOCALES = ("ko", "en")
_Kind = TypeVar("_Kind", bound=StrEnum)

_FAMILY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a file.

    Args:
        values: column → value.
        place: ``file:line`` where the record begins.
        faults: the list that faults are noted in; a stand-in value is returned for each.
    """

    values: Mapping[str, str]
    place: str
    faults: list[str]

    def fault(self, column: str, what: str) -> None:
        """Note that the value of a column does not do."""
        self.faults.append(f"{self.place}: {column}: {what}")

    def filled(self, column: str) -> str:
        """Return a value that must not be empty."""
        value = self.values[column]
        if not value.strip():
            self.fault(column, "is empty")
        return value

    def family(self) -> str:
        """Return the slug of the family."""
        value = self.filled("family")
        if value and not _FAMILY.fullmatch(value):
            self.fault("family", f"{value!r} is no slug: lower-case letters, digits and hyphens")
        return value

    def locale(self) -> str:
        """Return the language."""
        value = self.filled("locale")
        if value and value not in LOCALES:
            self.fault("locale", f"{value!r} is none of {', '.join(LOCALES)}")
        return value

    def intent(self) -> Intent:
        """Return what the message is."""
        value = self.filled("intent")
        try:
            return Intent(value)
        except ValueError:
            self.fault("intent", f"{value!r} is none of {', '.join(Intent)}")
            return Intent.ANSWER

    def member(self, column: str, kind: type[_Kind], otherwise: _Kind) -> _Kind:
        """Return a value that must be one of a kind; `otherwise` where it is none."""
        try:
            return kind(self.values[column])
        except ValueError:
            self.fault(column, f"{self.values[column]!r} is none of {', '.join(kind)}")
            return otherwise

    def ids(self, column: str) -> tuple[str, ...]:
        """Return a list of ids joined by semicolons."""
        found = tuple(part for part in self.values[column].split(";") if part)
        if len(set(found)) != len(found):
            self.fault(column, f"{self.values[column]!r} names a point twice")
        return found


def read_text(file: Path, faults: list[str], encoding: str = "utf-8") -> str | None:
    """Return the text of a file; None, with the fault noted, when that cannot be done.

    Args:
        file: the file.
        faults: the list that faults are noted in.
        encoding: ``utf-8``, or ``utf-8-sig`` where a byte order mark may stand in front.
    """
    try:
        return file.read_bytes().decode(encoding)
    except OSError as error:
        faults.append(f"{file.name}:1: : cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(f"{file.name}:{line}: : is not UTF-8 text")
    return None


def read_lines(file: Path, columns: tuple[str, ...], faults: list[str]) -> Iterator[Line]:
    """Yield the records of a file that have the right columns, noting all others as faults."""
    text = read_text(file, faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        if tuple(next(reader, ())) != columns:
            faults.append(f"{file.name}:1: : the columns must be {','.join(columns)}")
            return
        begins = reader.line_num + 1
        for values in reader:
            place = f"{file.name}:{begins}"
            begins = reader.line_num + 1
            if len(values) == len(columns):
                yield Line(dict(zip(columns, values, strict=True)), place, faults)
            else:
                faults.append(f"{place}: : {len(columns)} columns are needed, not {len(values)}")
    except csv.Error as error:
        faults.append(f"{file.name}:{begins}: : is not valid CSV: {error}")
