"""Judging many messages at once asks the models seldom and changes no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.candidates import CandidateVectors
from engine.clauses import message_units
from engine.contract import Intent, PointVerdict, TurnRequest, VerdictStatus
from engine.ports import AnswerVerifier, Evaluation, TextEncoder
from engine.questions import QuestionPack
from tests.support.small_pack import read_small_pack, turn
from tests.support.stage_one import WordEncoder, WordVerifier
from training.evaluation.labels import FAILED, TERM
from training.evaluation.memory import RememberingEncoder, RememberingVerifier
from training.evaluation.models import StageOne
from training.evaluation.open_set import Message, OpenSet

DISTANCE, GOAL = "Distance to the truth", "What training lowers"
RULES = {DISTANCE: {"gap": VerdictStatus.COVERED}, GOAL: {"lower": VerdictStatus.COVERED}}
NAMES = (DISTANCE, GOAL, FAILED, TERM)


class WordEvaluator:
    """Implements `AnswerEvaluator`: covered, with 0.9, is what the verifier calls covered."""

    def __init__(self, encoder: TextEncoder, verifier: AnswerVerifier) -> None:
        self._encoder = encoder
        self._verifier = verifier

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        self._encoder.encode(message_units(request.answer), ANSWER_EVALUATOR)
        topic = pack.topic(request.topic_id)
        names = [topic.point(point).name["en"] for point in request.open_points]
        logits = self._verifier.judge([(name, request.answer) for name in names])
        verdicts = []
        for point_id, row in zip(request.open_points, logits, strict=True):
            covered = row.argmax() == 0 and row.max() > 0
            status = VerdictStatus.COVERED if covered else VerdictStatus.MISSING
            verdicts.append(PointVerdict(point_id, status, probability=0.9 if covered else 0.2))
        return Evaluation(Intent.ANSWER, tuple(verdicts))


def build(
    encoder: TextEncoder, verifier: AnswerVerifier, candidates: CandidateVectors
) -> WordEvaluator:
    return WordEvaluator(encoder, verifier)


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def requests(*answers: str) -> list[TurnRequest]:
    return [turn(answer=answer) for answer in answers]


def test_two_batches_do_for_any_number_of_messages(pack: QuestionPack) -> None:
    encoder, verifier = WordEncoder(), WordVerifier(RULES)
    stage = StageOne.of(pack, encoder, verifier, build)
    found = stage.evaluate(requests("the gap", "we lower it", "the gap", "penguins"))
    assert [e.points(VerdictStatus.COVERED) for e in found] == [
        ("distance",),
        ("goal",),
        ("distance",),
        (),
    ]
    assert len(encoder.calls) == len(verifier.calls) == 1
    assert len(verifier.calls[0]) == 6  # the same message is judged once


def test_what_was_judged_before_is_not_judged_again(pack: QuestionPack) -> None:
    encoder, verifier = WordEncoder(), WordVerifier(RULES)
    stage = StageOne.of(pack, encoder, verifier, build)
    stage.evaluate(requests("the gap"))
    stage.evaluate(requests("the gap", "penguins"))
    assert [len(call) for call in verifier.calls] == [2, 2]


def test_a_verifier_that_fails_leaves_nothing_behind() -> None:
    class Broken:
        def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
            raise RuntimeError

    verifier = RememberingVerifier(Broken())
    with pytest.raises(RuntimeError), verifier.collecting():
        verifier.judge([("a", "b")])
    with pytest.raises(RuntimeError):
        verifier.judge([("a", "b")])


def test_texts_are_remembered_per_adapter() -> None:
    encoder = WordEncoder()
    memory = RememberingEncoder(encoder)
    memory.encode(["a", "b", "a"], "one")
    memory.encode(["a"], "other")
    assert encoder.calls == [(("a", "b"), "one"), (("a",), "other")]


# The whole pack as candidates


def similarities(
    pack: QuestionPack, text: str, evaluation: Evaluation | None = None
) -> list[float]:
    stage = StageOne.of(pack, WordEncoder(), WordVerifier(RULES), build)
    judged = evaluation or stage.evaluate([turn(answer=text)])[0]
    near = OpenSet(stage, NAMES).similarities([Message("loss", "en", text, judged)])
    return [round(float(value), 4) for value in near[0]]


def test_a_failure_is_as_likely_as_the_likeliest_point_leaves_room_for(pack: QuestionPack) -> None:
    assert similarities(pack, "the gap") == [0.9, 0.2, 0.1, 0.0]
    assert similarities(pack, "penguins") == [0.2, 0.2, 0.8, 0.0]


def test_points_that_were_not_open_are_judged_too(pack: QuestionPack) -> None:
    known = Evaluation(
        Intent.ANSWER, (PointVerdict("goal", VerdictStatus.MISSING, probability=0.3),)
    )
    assert similarities(pack, "the gap", known) == [0.9, 0.3, 0.1, 0.0]


def test_what_is_no_answer_covers_nothing(pack: QuestionPack) -> None:
    asked = Evaluation(Intent.TERM_QUESTION)
    assert similarities(pack, "what is a gap", asked) == [0, 0, 0, 1]
    assert similarities(pack, "the gap, I guess", Evaluation(Intent.DONT_KNOW)) == [0, 0, 1, 0]
