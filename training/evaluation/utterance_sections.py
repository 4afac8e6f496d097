"""What an evaluation of utterances has to show: tables, the page, and a CSV of every generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from training.evaluation.plots import sweep_curves
from training.evaluation.report import Plot, Report, Section
from training.evaluation.tables import NOTHING, Table, cell, shortened
from training.evaluation.utterance_figures import MEASURES, SHARES, verdicts
from training.evaluation.utterances import Said, Spoken
from training.utterance_scores import FORMAT_GATE, EpochScore

RAW, SERVED = "raw", "served"
# A terminal shows so many faulty utterances; the page and the CSV file have all.
SHOWN_FAULTS = 15
# Figure → what it should reach before and after written lines take over.
_GOALS: Mapping[str, tuple[float | None, float | None]] = {
    "format": (1.0, 1.0),
    "accuracy": (0.978, 0.99),
    "distinct_2": (None, 0.35),
}
_MOST = {"fallback": 0.03, "seconds_p50": 0.5, "seconds_p95": 1.2}
_ALONE = ("fallback", "by_rule", "resampled", "tokens_p50", "tokens_p95")
_TIMES = ("seconds_p50", "seconds_p95")


def utterance_report(
    title: str, figures: Mapping[str, Any], spoken: Spoken, sweep: Sequence[EpochScore]
) -> Report:
    """Return the report of one voice.

    Args:
        title: what was evaluated.
        figures: as `spoken_figures` gives them, and those of the judge under ``judge``.
        spoken: what was said.
        sweep: how each epoch did where the model came out of a sweep; otherwise empty.
    """
    judge = judge_note(figures["judge"])
    faulty = [(RAW, said) for said in spoken.raw if said.faults]
    faulty += [(SERVED, said) for said in spoken.served if said.faults]
    tables = [
        _groups_table(f"Per language, {judge}", figures["per_language"]),
        _groups_table(f"Per outcome, {judge}", figures["per_outcome"]),
        _judge_table(figures["judge"]),
    ]
    tables += [_speed_table(figures["speed"])] if figures["speed"] else []
    tables += [_sweep_table(sweep)] if sweep else []
    tables += [_faulty_table(faulty[:SHOWN_FAULTS], len(faulty))] if faulty else []
    return Report(
        title=title,
        figures=figures,
        summary=_summary(f"{title}, {judge}", figures),
        sections=(
            Section(
                title="Utterances",
                tables=tuple(tables),
                quiet=(_faulty_table(faulty, len(faulty)),) if len(faulty) > SHOWN_FAULTS else (),
                plots=_sweep_plot(sweep),
            ),
        ),
        rankings={},
        records={"generations.csv": tuple(_records(spoken))},
    )


def judge_note(judge: Mapping[str, Any]) -> str:
    """Return how far the automatic judge is to be believed, to stand beside every figure."""
    if not judge["n"]:
        return "judged by checks that nobody has compared with people"
    return (
        f"judged by checks that agree with people on {judge['agreement']:.1%} of {judge['n']}"
        f" utterances, {judge['missed']} bad ones missed, {judge['refused']} good ones refused"
    )


def _summary(title: str, figures: Mapping[str, Any]) -> Table:
    rows = [("n", cell(figures["n"]), cell(figures["n"]), "")]
    for name in MEASURES:
        goals = " / ".join(
            NOTHING if goal is None else f"≥ {goal:g}" for goal in _GOALS.get(name, ())
        )
        rows.append((name, cell(figures[RAW][name]), cell(figures[SERVED][name]), goals))
    for name in (*_ALONE, *_TIMES):
        goal = f"≤ {_MOST[name]:g}" if name in _MOST else ""
        rows.append((name, "", cell(figures[name]), goal))
    return Table(title, ("figure", RAW, SERVED, "goal"), tuple(rows))


def _groups_table(title: str, groups: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = [(RAW, name) for name in MEASURES]
    columns += [(SERVED, name) for name in ("accuracy", "faultless", "distinct_2")]
    rows = (
        (
            name,
            cell(group["n"]),
            *(cell(group[part][measure]) for part, measure in columns),
            cell(group["fallback"]),
            cell(group["by_rule"]),
        )
        for name, group in groups.items()
    )
    head = (f"{part} {measure}" for part, measure in columns)
    return Table(title, ("", "n", *head, "fallback", "by rule"), tuple(rows))


def _judge_table(judge: Mapping[str, Any]) -> Table:
    rows = tuple((name, *map(str, counts.values())) for name, counts in judge["per_fault"].items())
    return Table(
        f"The judge beside people: {judge['n']} utterances labelled by hand,"
        f" agreement {cell(judge['agreement'])}",
        ("fault", "labelled", "found", "missed", "imagined"),
        rows,
    )


def _speed_table(speed: Mapping[str, Any]) -> Table:
    rows = tuple(
        (name, *(cell(speed[f"{key}_p{rank}"]) for rank in (50, 95)))
        for name, key in (("stage 3", "generate"), ("whole turn", "turn"))
    )
    title = f"Seconds a turn, all stages at work on {speed['threads']} threads, n = {speed['n']}"
    return Table(title, ("", "p50", "p95"), rows)


def _sweep_table(sweep: Sequence[EpochScore]) -> Table:
    rows = tuple(
        (
            str(score.epoch),
            cell(score.loss),
            str(score.generated),
            cell(score.format),
            cell(score.accuracy),
            "passes" if score.passes else "disqualified",
        )
        for score in sweep
    )
    head = ("epoch", "loss", "n", "format", "accuracy", f"format ≥ {FORMAT_GATE:.1%}")
    return Table("Sweep over epochs, on rows held out while training", head, rows)


def _sweep_plot(sweep: Sequence[EpochScore]) -> tuple[Plot, ...]:
    if not sweep:
        return ()
    measures = {
        "format": [score.format for score in sweep],
        "accuracy": [score.accuracy for score in sweep],
    }
    drawn = sweep_curves([score.epoch for score in sweep], measures)
    return (Plot("Format compliance and accuracy against epochs", drawn),)


def _faulty_table(faulty: Sequence[tuple[str, Said]], total: int) -> Table:
    rows = (
        (
            said.prompt.place,
            part,
            said.prompt.turn.outcome.value,
            shortened(said.text, 72),
            shortened("; ".join(said.reasons), 72),
        )
        for part, said in faulty
    )
    head = ("place", "", "outcome", "utterance", "fault")
    return Table(f"With a fault: {len(faulty)} of {total}", head, tuple(rows))


def _records(spoken: Spoken) -> Iterator[tuple[object, ...]]:
    """Yield the head of the CSV, and one record for each utterance."""
    facts = ("place", "language", "style", "topic", "outcome", "question", "answer", "next_topic")
    head = (*facts, "generation", "part", "source", "resamples", "utterance")
    yield (*head, *SHARES, "reasons")
    for part, said in (*((RAW, s) for s in spoken.raw), *((SERVED, s) for s in spoken.served)):
        turn = said.prompt.turn
        yield (
            said.prompt.place,
            turn.locale,
            turn.style.value,
            said.prompt.topic,
            turn.outcome.value,
            turn.question,
            turn.answer,
            turn.next_title,
            said.number,
            part,
            said.source,
            said.resamples,
            said.text,
            *(int(held) for held in verdicts(said).values()),
            "; ".join(said.reasons),
        )
