"""What a part of the benchmark brings home: named figures, each with its unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One figure.

    Args:
        name: what it is of, from the whole to the part: ``encoder.batch_1.speed_up``.
        value: the figure; None where it was not measured.
        unit: ``×``, ``ms``, ``s``, ``MiB``, ``1/s`` …
        note: what it was measured on, or why it was not.
    """

    name: str
    value: float | None
    unit: str
    note: str = ""

    @property
    def line(self) -> str:
        """The figure as it is printed."""
        shown = "not measured" if self.value is None else f"{self.value:,.4g} {self.unit}"
        return f"  {self.name:<48} {shown:>16}  {self.note}".rstrip()


def not_measured(names: Mapping[str, str], why: str) -> list[Record]:
    """Return records without figures.

    Args:
        names: name → unit.
        why: what was missing.
    """
    return [Record(name, None, unit, why) for name, unit in names.items()]


def values(records: Iterable[Record]) -> dict[str, float]:
    """Return name → figure of everything that was measured."""
    return {record.name: record.value for record in records if record.value is not None}
