"""What was decided reaches the language model in the words of the labelled turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contract import Intent, PointVerdict, VerdictStatus
from engine.outcomes import Outcome, Style
from engine.ports import Evaluation
from engine.questions import QuestionPack
from engine.spoken_turns import outcome_of, spoken_turn
from tests.support.small_pack import read_small_pack, turn

COVERED, WRONG, MISSING = VerdictStatus.COVERED, VerdictStatus.WRONG, VerdictStatus.MISSING
PARTIAL, UNSURE = VerdictStatus.PARTIAL, VerdictStatus.UNSURE


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    folder: Path = tmp_path_factory.mktemp("small")
    return read_small_pack(folder)


def judged(
    distance: VerdictStatus, goal: VerdictStatus = MISSING, hedge: str | None = None
) -> Evaluation:
    verdicts = (PointVerdict("distance", distance), PointVerdict("goal", goal))
    return Evaluation(Intent.ANSWER, verdicts, hedge)


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [
        (judged(COVERED), Outcome.COVERED),
        (judged(COVERED, COVERED), Outcome.SEVERAL),
        (judged(COVERED, hedge="maybe"), Outcome.HEDGED),
        (judged(COVERED, WRONG, hedge="maybe"), Outcome.MIXED),
        (judged(WRONG, PARTIAL), Outcome.WRONG),
        (judged(PARTIAL, UNSURE), Outcome.UNSURE),
        (judged(PARTIAL), Outcome.PARTIAL),
        (judged(MISSING), Outcome.MISSING),
        (Evaluation(Intent.DONT_KNOW), Outcome.DONT_KNOW),
        (Evaluation(Intent.MANIPULATION), Outcome.MANIPULATION),
        (Evaluation(Intent.UNREADABLE), Outcome.MISSING),
    ],
)
def test_verdicts_and_intent_make_the_outcome(
    pack: QuestionPack, evaluation: Evaluation, expected: Outcome
) -> None:
    assert outcome_of(turn(), pack, evaluation, "loss") is expected


def test_every_intent_has_an_outcome(pack: QuestionPack) -> None:
    for intent in Intent:
        assert outcome_of(turn(), pack, Evaluation(intent), "loss") in Outcome


def test_what_nobody_judges_is_small_talk_and_the_end_is_the_end(pack: QuestionPack) -> None:
    hello = turn(topic_id="greeting", open_points=(), next_topics=("loss",))
    said = Evaluation(Intent.ANSWER)
    assert outcome_of(hello, pack, said, "loss") is Outcome.SMALL_TALK
    assert outcome_of(turn(), pack, judged(COVERED), "end") is Outcome.CLOSING


def test_a_turn_names_what_was_earned_and_what_is_open(pack: QuestionPack) -> None:
    said = spoken_turn(turn(), pack, judged(COVERED), "loss", Style.PLAIN)
    assert said.credited == ("Distance to the truth",)
    assert said.still_open == ("What training lowers",)
    assert (said.next_title, said.next_question) == ("Loss", "What about loss?")
    assert (said.question, said.answer) == (turn().question, turn().answer)


def test_a_point_earned_before_is_neither_open_nor_credited_again(pack: QuestionPack) -> None:
    request = turn(open_points=("goal",))
    verdicts = Evaluation(Intent.ANSWER, (PointVerdict("goal", MISSING),))
    said = spoken_turn(request, pack, verdicts, "risk", Style.PLAIN)
    assert (said.credited, said.still_open) == ((), ("What training lowers",))
    assert said.next_title == "Risk"
