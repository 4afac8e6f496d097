"""Which turns a voice is measured on: drawn by rule, from every outcome, out of many topics."""

from __future__ import annotations

from collections import Counter

from engine.outcomes import Outcome, Style
from training.held_out_prompts import MOST, held_out_prompts
from training.rows import split_of
from training.utterance_rows import UtteranceRow


def row(number: int, *, topic: str, outcome: Outcome, locale: str = "en") -> UtteranceRow:
    return UtteranceRow(
        topic=topic,
        family=f"family-{number}",
        locale=locale,
        style=Style.PLAIN if locale == "en" else Style.BANMAL,
        question="What is it?",
        answer=f"answer {number}",
        outcome=outcome,
        covered=(),
        next_topic=topic,
        utterance="Well.",
    )


def of_split(split: str, topic: str, outcome: Outcome, count: int) -> list[UtteranceRow]:
    """Rows of one split, as many as wanted."""
    numbers = [n for n in range(400) if split_of(f"family-{n}", topic) == split]
    return [row(n, topic=topic, outcome=outcome) for n in numbers[:count]]


def test_no_model_has_learnt_from_what_it_is_measured_on() -> None:
    rows = [row(n, topic="apples", outcome=Outcome.WRONG) for n in range(200)]
    drawn = held_out_prompts(rows)
    assert len(drawn) == MOST
    assert {r.split for r in drawn} == {"test"}
    assert {r.split for r in held_out_prompts(rows, split="validation")} == {"validation"}


def test_each_outcome_counts_alike_however_many_rows_it_has() -> None:
    rows = of_split("test", "apples", Outcome.COVERED, 20)
    rows += of_split("test", "pears", Outcome.INSULT, 4)
    counts = Counter(r.outcome for r in held_out_prompts(rows, most=4))
    assert counts == {Outcome.COVERED: 4, Outcome.INSULT: 4}


def test_topics_take_turns() -> None:
    rows = of_split("test", "apples", Outcome.COVERED, 20)
    rows += of_split("test", "pears", Outcome.COVERED, 2)
    counts = Counter(r.topic for r in held_out_prompts(rows, most=4))
    assert counts == {"apples": 2, "pears": 2}


def test_the_order_of_the_files_changes_nothing() -> None:
    rows = [row(n, topic=t, outcome=o) for n in range(60) for t in ("a", "b") for o in Outcome]
    assert held_out_prompts(rows) == held_out_prompts(rows[::-1])
