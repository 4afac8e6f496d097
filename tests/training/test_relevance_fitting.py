"""What tells whether a question asks the next topic learns it from turns that want another one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.outcomes import Outcome, Style
from engine.pack_reader import read_pack
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.utterance_relevance import WordedRelevance
from tests.support.packs import SHIPPED
from training.relevance_fitting import (
    MOVE,
    STAY,
    HeldQuestion,
    fit_relevance,
    hold_questions,
    relevance_figures,
)
from training.train_utterance_judge import UTTERANCES
from training.utterance_rows import UtteranceRow, read_utterances

TOPICS = ("dropout", "peft", "overfitting", "early-stopping")


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(SHIPPED / "ml-core")


@pytest.fixture(scope="module")
def rows() -> Sequence[UtteranceRow]:
    return [row for name in TOPICS for row in read_utterances(UTTERANCES / f"{name}.csv")]


@pytest.fixture(scope="module")
def held(rows: Sequence[UtteranceRow], pack: QuestionPack) -> Sequence[HeldQuestion]:
    return hold_questions([row for row in rows if row.locale == "en"], pack)


def test_each_question_is_held_against_its_own_turn_and_others(
    held: Sequence[HeldQuestion],
) -> None:
    asking = [one for one in held if one.asks]
    assert 0 < len(asking) < len(held) / 2
    assert {one.mode for one in held} == {STAY, MOVE}
    assert {one.mode for one in held if not one.asks} == {STAY, MOVE}


def test_only_a_question_that_opens_a_topic_may_be_introduced(held: Sequence[HeldQuestion]) -> None:
    assert {len(one.facts) for one in held if one.mode == STAY} == {1}
    assert {len(one.facts) for one in held if one.mode == MOVE} <= {1, 2}


def test_good_questions_pass_and_most_others_do_not(held: Sequence[HeldQuestion]) -> None:
    layers = fit_relevance(held)
    figures = relevance_figures(layers, held)["en"]
    assert figures["stay_refused"] <= 0.02
    assert figures["move_refused"] <= 0.02
    assert figures["move_other_passed"] < 0.2


def test_one_kind_of_turn_alone_teaches_nothing(held: Sequence[HeldQuestion]) -> None:
    assert fit_relevance([one for one in held if one.mode == STAY]) == {}


def test_a_language_without_layers_is_compared_by_letters(pack: QuestionPack) -> None:
    turn = SpokenTurn(
        "en", Style.PLAIN, Outcome.COVERED, "", "", (), (), "Dropout", "What does dropout do?"
    )
    on, off = WordedRelevance({pack.id: pack}, {}).scores(
        turn, ["Yes. What does dropout do?", "Yes. Who rules Spain?"]
    )
    assert on >= 0 > off
