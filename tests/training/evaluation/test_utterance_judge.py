"""The judge beside people: where they agree, and which way it errs where they do not."""

from __future__ import annotations

from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.utterance_checks import UtteranceChecker, UtteranceFault
from tests.support.voices import AlwaysOnTopic
from training.checked_rows import CheckedRow
from training.evaluation.utterance_judge import judge_figures

GOOD = "I see. What is risk?"
NUMBERED = "2024 was fine. What is risk?"


def row(text: str, *faults: UtteranceFault, locale: str = "en") -> CheckedRow:
    turn = SpokenTurn(
        locale, Style.PLAIN, Outcome.SKIP, "What is loss?", "next", (), (), "Risk", "What is risk?"
    )
    return CheckedRow(turn, text, frozenset(faults), "test.csv:2")


def test_agreement_misses_and_refusals_are_counted() -> None:
    rows = [
        row(GOOD),
        row(NUMBERED, UtteranceFault.FORMAT),
        row(GOOD, UtteranceFault.OUTCOME),
        row(NUMBERED),
    ]
    figures = judge_figures(UtteranceChecker(AlwaysOnTopic()), rows)
    assert (figures["n"], figures["agreement"]) == (4, 0.5)
    assert (figures["n_bad"], figures["missed"]) == (2, 1)
    assert (figures["n_good"], figures["refused"]) == (2, 1)
    assert figures["per_fault"]["format"] == {
        "labelled": 1,
        "found": 1,
        "missed": 0,
        "imagined": 1,
    }
    assert figures["per_fault"]["outcome"]["missed"] == 1
    assert [wrong["labelled"] for wrong in figures["wrong"]] == [["outcome"], []]


def test_a_bad_utterance_that_is_refused_for_another_reason_is_refused_all_the_same() -> None:
    figures = judge_figures(
        UtteranceChecker(AlwaysOnTopic()), [row(NUMBERED, UtteranceFault.OUTCOME)]
    )
    assert figures["agreement"] == 1.0
    assert figures["per_fault"]["outcome"]["missed"] == 1


def test_nothing_labelled_gives_no_agreement() -> None:
    assert judge_figures(UtteranceChecker(AlwaysOnTopic()), [])["agreement"] is None
