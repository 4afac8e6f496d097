"""Figures of utterances: what counts against which of them, and over what they are taken."""

from __future__ import annotations

import pytest

from engine.contract import Intent
from engine.generator_counters import FALLBACK, MODEL, RULE
from engine.outcomes import Outcome, Style
from engine.ports import Evaluation
from engine.prompts import SpokenTurn
from engine.utterance_checks import UtteranceFault
from training.evaluation.utterance_figures import distinct_2, said_figures, spoken_figures
from training.evaluation.utterance_prompts import UtterancePrompt
from training.evaluation.utterances import Said, Spoken


def prompt(locale: str = "en", outcome: Outcome = Outcome.COVERED) -> UtterancePrompt:
    style = Style.PLAIN if locale == "en" else Style.BANMAL
    turn = SpokenTurn(locale, style, outcome, "Why?", "So.", (), (), "Risk", "What is risk?")
    return UtterancePrompt("f:2", "Loss", turn, None, Evaluation(Intent.ANSWER), "risk")


def said(
    *faults: UtteranceFault,
    text: str = "one two three",
    source: str = MODEL,
    of: UtterancePrompt | None = None,
    resamples: int = 0,
) -> Said:
    return Said(of or prompt(), 0, text, source, resamples, faults)


def test_each_fault_counts_against_its_own_measure_and_the_accuracy() -> None:
    figures = said_figures(
        [
            said(),
            said(UtteranceFault.FORMAT),
            said(UtteranceFault.OFF_TOPIC),
            said(UtteranceFault.OUTCOME),
            said(UtteranceFault.FORMAT, UtteranceFault.OFF_TOPIC),
        ]
    )
    assert figures["format"] == pytest.approx(0.6)
    assert figures["on_topic"] == pytest.approx(0.6)
    assert figures["outcome"] == pytest.approx(0.8)
    assert figures["accuracy"] == pytest.approx(0.2)


@pytest.mark.parametrize("fault", [UtteranceFault.LANGUAGE, UtteranceFault.LEAK])
def test_another_language_and_a_leak_are_faults_of_the_format(fault: UtteranceFault) -> None:
    figures = said_figures([said(fault)])
    assert (figures["format"], figures["accuracy"], figures["faultless"]) == (0.0, 0.0, 0.0)
    assert figures["on_topic"] == figures["outcome"] == 1.0


@pytest.mark.parametrize("fault", [UtteranceFault.STYLE, UtteranceFault.LENGTH])
def test_what_is_accurate_may_still_not_be_sent(fault: UtteranceFault) -> None:
    figures = said_figures([said(fault)])
    assert (figures["format"], figures["accuracy"], figures["faultless"]) == (1.0, 1.0, 0.0)


def test_variety_is_the_share_of_different_pairs_of_words() -> None:
    assert distinct_2(["a b c", "a b d"]) == pytest.approx(3 / 4)
    assert distinct_2(["Well done, so far.", "well done so far"]) == pytest.approx(3 / 6)
    assert distinct_2(["word", ""]) is None


def test_the_fallback_rate_is_that_of_turns_that_the_model_is_asked_about() -> None:
    served = (said(), said(source=FALLBACK), said(source=RULE), said(source=RULE))
    figures = spoken_figures(Spoken(served, served), {})
    assert figures["fallback"] == pytest.approx(0.5)
    assert figures["by_rule"] == pytest.approx(0.5)


def test_written_lines_alone_fall_back_on_nothing() -> None:
    served = (said(source=RULE),)
    assert spoken_figures(Spoken(served, served), {})["fallback"] == 0.0


def test_languages_and_outcomes_have_figures_of_their_own() -> None:
    korean, english = prompt("ko"), prompt("en", Outcome.WRONG)
    raw = (said(of=korean), said(UtteranceFault.OUTCOME, of=english))
    served = (said(of=korean), said(of=english, resamples=3))
    figures = spoken_figures(Spoken(raw, served), {"ko": [1.0, 3.0], "en": [2.0]})
    assert figures["n"] == 2
    assert figures["seconds_p50"] == pytest.approx(2.0)
    assert figures["resampled"] == pytest.approx(0.5)
    assert figures["faults"] == {"outcome": 1}
    by_language, by_outcome = figures["per_language"], figures["per_outcome"]
    assert by_language["ko"]["raw"]["accuracy"] == 1.0
    assert by_language["en"]["raw"]["accuracy"] == 0.0
    assert by_language["en"]["served"]["accuracy"] == 1.0
    assert by_language["ko"]["seconds_p50"] == pytest.approx(2.0)
    assert by_outcome["wrong"]["n"] == 1
