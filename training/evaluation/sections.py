"""The parts of a report: which figures, tables and pictures belong together."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.errors import DataError
from training.evaluation.answers import AnswerFigures
from training.evaluation.attacks import AttackOutcome
from training.evaluation.grading import Graded
from training.evaluation.grading_rows import GradedAnswer
from training.evaluation.plots import (
    grade_histogram,
    reliability_diagram,
    similarity_histogram,
    sweep_curves,
)
from training.evaluation.ranking import Ranking
from training.evaluation.report import Confusion, Plot, Section
from training.evaluation.tables import Table, cell, figures_table, groups_table, shortened

RANKED = ("n", "accuracy", "accuracy_legal", "mean_diff", "mse", "mae", "corr")
SWEEP_FILE = "sweep.csv"
# The page shows so many labels of a confusion table at most, those that are mixed up first.
SHOWN_LABELS = 40
# A terminal shows so many wrong answers; the page and the CSV file have all.
SHOWN_ERRORS = 15


def ranking_section(
    title: str, ranking: Ranking, figures: Mapping[str, Any], plots: Sequence[Plot] = ()
) -> Section:
    """Return what a stage's ranking has to show.

    Args:
        title: the heading.
        ranking: the ranking.
        figures: its figures.
        plots: pictures beside its own.
    """
    groups = [
        groups_table(f"Per {name}", figures[f"per_{name}"])
        for name in ("language", "topic", "kind")
        if figures[f"per_{name}"]
    ]
    histogram = Plot(
        "How near the right candidate and all others are",
        similarity_histogram(ranking.near, ranking.truth),
    )
    wrong = figures["wrong"]
    return Section(
        title=title,
        tables=(*groups, _wrong_table(wrong[:SHOWN_ERRORS], len(wrong))) if wrong else (*groups,),
        quiet=(_wrong_table(wrong, len(wrong)),) if len(wrong) > SHOWN_ERRORS else (),
        plots=(histogram, *plots),
        confusion=_confusion(figures["confusion"]),
    )


def reliability_plot(answers: AnswerFigures) -> tuple[Plot, ...]:
    """Return the reliability diagram, or nothing where no point was judged."""
    probability, right = answers.reliability
    if not len(right):
        return ()
    drawn = reliability_diagram(probability, right)
    return (Plot("How often a point is covered, by the probability given for it", drawn),)


def sweep_plot(model: Path) -> tuple[Plot, ...]:
    """Return the curves of the sweep that chose a model's epochs, where its folder has them.

    Raises:
        DataError: there are some, but not as a table of numbers with a column ``epochs``.
    """
    file = model / SWEEP_FILE
    if not file.is_file():
        return ()
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = sorted(csv.DictReader(stream), key=lambda row: float(row["epochs"]))
        epochs = [float(row["epochs"]) for row in rows]
        names = [n for n in ("accuracy", "mean_diff") if rows and n in rows[0]]
        measures = {name: [float(row[name]) for row in rows] for name in names}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError((f"{file.name}:1: epochs: is no table of a sweep: {error}",)) from None
    return (Plot("Accuracy and Mean_Diff against epochs", sweep_curves(epochs, measures)),)


def intents_section(figures: Mapping[str, Any]) -> Section:
    """Return what the intents have to show."""
    wrong = tuple(
        (error["place"], shortened(error["text"]), error["label"], error["said"])
        for error in figures["wrong"]
    )
    return Section(
        title="What a message is",
        tables=(groups_table("Per intent", figures["per_intent"]),),
        quiet=(Table("Taken for something else", ("place", "text", "label", "said"), wrong),)
        if wrong
        else (),
    )


def attacks_section(outcomes: Sequence[AttackOutcome], figures: Mapping[str, Any]) -> Section:
    """Return what the attack set has to show."""
    credited = tuple(
        (o.attack.place, o.attack.topic, shortened(o.attack.answer), o.attack.kind)
        for o in outcomes
        if not o.rejected
    )
    return Section(
        title="Attack set",
        tables=(
            groups_table("Rejected per language", figures["per_language"]),
            groups_table("Rejected per kind", figures["per_kind"]),
        ),
        quiet=(Table("Credited all the same", ("place", "topic", "answer", "kind"), credited),)
        if credited
        else (),
    )


def grading_section(
    rows: Sequence[GradedAnswer], graded: Graded, figures: Mapping[str, Any]
) -> Section:
    """Return what graded answers have to show."""
    measures = ("pearson", "spearman", "pearson_within_question", "auc_correct")
    beside = tuple((m, cell(figures[m]), cell(figures["cosine"][m])) for m in measures)
    return Section(
        title="Grades against those that people gave",
        tables=(Table("Beside plain similarity", ("figure", "models", "cosine"), beside),),
        plots=(
            Plot(
                "Grades by what people said",
                grade_histogram(graded.grades, _grade_groups(rows)),
            ),
        ),
    )


def summary_of(title: str, figures: Mapping[str, Any], names: Sequence[str] = RANKED) -> Table:
    """Return the table that a report of one kind ends with."""
    more = [name for name in ("n_points", "n_multi", "multi_f1", "ece") if name in figures]
    return figures_table(title, figures, [*names, *more])


def _grade_groups(rows: Sequence[GradedAnswer]) -> dict[str, Any]:
    """Return which answers have which label, or lie in which third of all scores."""
    if all(row.label for row in rows):
        labels = np.array([row.label for row in rows])
        return {str(label): labels == label for label in sorted(set(labels.tolist()))}
    given = np.array([row.grade for row in rows])
    low, high = (given.min() + share * np.ptp(given) for share in (1 / 3, 2 / 3))
    return {
        "upper third of scores": given > high,
        "middle third": (given > low) & (given <= high),
        "lower third": given <= low,
    }


def _wrong_table(wrong: Sequence[Mapping[str, Any]], total: int) -> Table:
    head = ("place", "text", "label", "nearest", "similarity", "of label", "decided")
    rows = (
        (
            error["place"],
            shortened(error["text"]),
            error["label"],
            error["nearest"],
            cell(error["similarity"]),
            cell(error["similarity_of_label"]),
            error["legal"],
        )
        for error in wrong
    )
    return Table(f"Wrong: {len(wrong)} of {total}", head, tuple(rows))


def _confusion(counts: Mapping[str, Mapping[str, int]]) -> Confusion:
    """Return the table of the labels that occur, those that are mixed up first if too many."""
    mixed = {
        name: None
        for label, row in counts.items()
        for said in row
        if said != label
        for name in (label, said)
    }
    plain = dict.fromkeys(name for label, row in counts.items() for name in (label, *row))
    labels = (
        list(plain)
        if len(plain) <= SHOWN_LABELS
        else [*mixed, *(n for n in plain if n not in mixed)]
    )
    return Confusion(tuple(labels[:SHOWN_LABELS]), counts)
