"""What an evaluation has to show, and the files that it is kept in.

A report is printed as tables, and written as JSON, as CSV files and as one HTML page that needs
neither a network nor any other file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.errors import TrainingError
from training.evaluation.ranking import Ranking
from training.evaluation.tables import Table

TEMPLATE = "report.html.j2"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of the page.

    Args:
        caption: what it shows.
        svg: an ``<svg>`` element.
    """

    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each label was taken for each other.

    Args:
        labels: of the rows and of the columns.
        counts: row → column → how often; those missing are 0.
    """

    labels: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]

    def share(self, label: str, said: str) -> float:
        """Return the share of a row that lies in a column, 0 to 1: how dark the cell is."""
        total = sum(self.counts.get(label, {}).values())
        return self.counts.get(label, {}).get(said, 0) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Args:
        title: its heading.
        tables: figures; those of `quiet` are on the page only.
        quiet: long tables that a terminal need not show.
        plots: pictures.
        confusion: which labels are taken for which.
    """

    title: str
    tables: tuple[Table, ...]
    quiet: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    confusion: Confusion | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that came of an evaluation.

    Args:
        title: what was evaluated.
        figures: JSON-ready.
        summary: the table that the report ends with in a terminal and begins with on the page.
        sections: everything else.
        rankings: beginning of the CSV files' names → inputs ranked over candidates.
        records: name of any other CSV file → its head and its records.
    """

    title: str
    figures: Mapping[str, Any]
    summary: Table
    sections: tuple[Section, ...]
    rankings: Mapping[str, Ranking]
    records: Mapping[str, Sequence[Sequence[object]]] = field(default_factory=dict)

    def __str__(self) -> str:
        tables = [table for section in self.sections for table in section.tables]
        return "\n\n".join(str(table) for table in (*tables, self.summary))


def write_json(report: Report, file: Path) -> None:
    """Write the figures.

    Raises:
        TrainingError: the file cannot be written.
    """
    text = json.dumps(report.figures, ensure_ascii=False, indent=2)
    _write(file, text + "\n")


def write_files(report: Report, folder: Path) -> None:
    """Write the page and the CSV files.

    Raises:
        TrainingError: a file cannot be written.
    """
    _write(folder / "report.html", page(report))
    for prefix, ranking in report.rankings.items():
        figures = report.figures[prefix] if prefix else report.figures
        beginning = f"{prefix}-" if prefix else ""
        _write(folder / f"{beginning}similarities.csv", _csv(_similarities(ranking)))
        _write(folder / f"{beginning}accuracy.csv", _csv(_accuracies(figures)))
        _write(folder / f"{beginning}errors.csv", _csv(_errors(figures["wrong"])))
    for name, records in report.records.items():
        _write(folder / name, _csv(records))


def page(report: Report) -> str:
    """Return the HTML page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(report=report)


def _similarities(ranking: Ranking) -> Iterable[Sequence[object]]:
    """Yield one record for each input and candidate."""
    yield ("place", "question", "user_input", "candidate", "similarity", "is_label")
    for outcome, near, truth in zip(ranking.outcomes, ranking.near, ranking.truth, strict=True):
        for index, candidate in enumerate(ranking.candidates):
            similarity = f"{near[index]:.4f}"
            is_label = int(index == truth)
            yield outcome.place, outcome.topic, outcome.text, candidate, similarity, is_label


def _accuracies(figures: Mapping[str, Any]) -> Iterable[Sequence[object]]:
    """Yield one record for all inputs and one for each group of them."""
    measures = ("mean_diff", "mse", "mae", "corr")
    columns = ("n", "accuracy", "accuracy_legal")
    yield ("group", "name", *columns, *measures)
    yield ("all", "", *(figures[c] for c in (*columns, *measures)))
    for group in ("per_language", "per_topic", "per_kind"):
        for name, members in figures[group].items():
            yield (group.removeprefix("per_"), name, *(members[c] for c in columns), "", "", "", "")


def _errors(wrong: Sequence[Mapping[str, object]]) -> Iterable[Sequence[object]]:
    columns = (
        "place",
        "topic",
        "text",
        "label",
        "nearest",
        "similarity",
        "similarity_of_label",
        "legal",
    )
    yield columns
    for error in wrong:
        yield tuple(error[column] for column in columns)


def _csv(records: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    # Every text is quoted: one may hold a carriage return, which would end its record otherwise.
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(records)
    return stream.getvalue()


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{file} cannot be written: {error.strerror}") from None
