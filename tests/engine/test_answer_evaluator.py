"""Stage 1 with models that can be reasoned about by hand: verdicts, words, number of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.answer_evaluator import SbertAnswerEvaluator
from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.candidates import CandidateVectors
from engine.clauses import message_units
from engine.contract import Intent, Mode, PackRef, TurnRequest, VerdictStatus
from engine.intent_head import INTENT_FILE, IntentHead, IntentLayers, SoftmaxLayer
from engine.point_heads import PointHeads, TopicHeads
from engine.ports import AnswerVerifier, Evaluation
from engine.questions import QuestionPack, Term
from tests.support.packs import read_small_pack
from tests.support.stage_one import (
    WordEncoder,
    WordVerifier,
    letters_of,
    pieces_of,
    plain_policies,
)

COVERED, PARTIAL = VerdictStatus.COVERED, VerdictStatus.PARTIAL
WRONG, MISSING = VerdictStatus.WRONG, VerdictStatus.MISSING
RULES = {
    "colour English": {"crimson": COVERED, "reddish": PARTIAL, "blue": WRONG},
    "taste English": {"sweet": COVERED, "salty": WRONG},
    "colour 한국어": {"빨간": COVERED},
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


class Stage:
    """Stage 1 and its stand-ins; the calls made while it was built are forgotten."""

    def __init__(
        self,
        pack: QuestionPack,
        folder: Path,
        *,
        answer_floor: float = 0.5,
        heads: Mapping[str, TopicHeads] | None = None,
        told: Intent = Intent.HINT,
        quick: AnswerVerifier | None = None,
    ) -> None:
        self.pack = pack
        self.encoder = WordEncoder()
        self.verifier = WordVerifier(RULES)
        self.evaluator = SbertAnswerEvaluator(
            encoder=self.encoder,
            verifier=self.verifier,
            intents=self._head(folder, told),
            heads=PointHeads(pack.id, heads or {}),
            policies=plain_policies(),
            candidates={
                pack.id: CandidateVectors(
                    pack, self.encoder, ANSWER_EVALUATOR, model_digest="m", cache=None
                )
            },
            answer_floor=answer_floor,
            quick=quick,
        )
        for point in ("colour", "taste"):
            self.evaluator._candidates[pack.id].of("apples", point, "en")
        self.encoder.calls.clear()

    def _head(self, folder: Path, told: Intent) -> IntentHead:
        """A head that takes “gimme” for what it was told."""
        letters = letters_of("gimme")
        word = np.concatenate([self.encoder.vector("gimme"), letters.vector("gimme")])
        layers = (
            SoftmaxLayer(
                np.stack([np.zeros_like(known), 20 * known]), np.array([0, -15], np.float32)
            )
            for known in (word, letters.vector("gimme"))
        )
        IntentLayers(letters, *layers).save(folder / INTENT_FILE)
        return IntentHead(folder, {"intents": ["answer", told.value], "intent_floor": 0.6})

    def evaluate(self, answer: str, **changes: object) -> Evaluation:
        request = replace(APPLES, answer=answer, **changes)  # type: ignore[arg-type]  # its fields
        return self.evaluator.evaluate(request, self.pack)


APPLES = TurnRequest(
    request_id="i:1",
    seed="0:1",
    pack=PackRef("fruit", "1.0.0"),
    locale="en",
    mode=Mode.COACH,
    topic_id="apples",
    question="question apples en 0",
    answer="",
    open_points=("colour", "taste"),
    next_topics=("pears",),
    may_retry=True,
)


@pytest.fixture
def stage(pack: QuestionPack, tmp_path: Path) -> Stage:
    return Stage(pack, tmp_path)


# What needs no model


@pytest.mark.parametrize("intent", [intent for intent in Intent if intent is not Intent.ANSWER])
def test_a_known_intent_skips_the_models(stage: Stage, intent: Intent) -> None:
    assert stage.evaluate("they are crimson", intent=intent) == Evaluation(intent)
    assert stage.encoder.calls == []
    assert stage.verifier.calls == []


def test_plain_wording_skips_the_models(stage: Stage) -> None:
    assert stage.evaluate("I don't know").intent is Intent.DONT_KNOW
    assert not stage.encoder.calls
    assert not stage.verifier.calls


@pytest.mark.parametrize("text", ["I don't know", "gimme"])
def test_a_message_stated_to_be_an_answer_is_judged(stage: Stage, text: str) -> None:
    evaluation = stage.evaluate(text, intent=Intent.ANSWER)
    assert evaluation.intent is Intent.ANSWER
    assert [v.status for v in evaluation.verdicts] == [MISSING, MISSING]


# How often models run


@pytest.mark.parametrize("answer", ["crimson", "They are crimson, and they are sweet. " * 8])
def test_one_encoder_call_and_one_verifier_call_a_turn(stage: Stage, answer: str) -> None:
    stage.evaluate(answer)
    ((texts, adapter),) = stage.encoder.calls
    assert adapter == ANSWER_EVALUATOR
    assert list(texts) == message_units(answer)
    (pairs,) = stage.verifier.calls
    assert len(pairs) == 2  # one for each open point
    assert all(context.count(" | ") == 2 for context, _ in pairs), "two right answers are shown"


def test_points_that_are_not_open_are_not_judged(stage: Stage) -> None:
    evaluation = stage.evaluate("crimson and sweet", open_points=("taste",))
    assert [v.point_id for v in evaluation.verdicts] == ["taste"]
    (pairs,) = stage.verifier.calls
    assert len(pairs) == 1


def test_without_open_points_nothing_is_judged(stage: Stage) -> None:
    assert stage.evaluate("crimson", open_points=()) == Evaluation(Intent.ANSWER)
    assert stage.verifier.calls == []


# Verdicts


def test_one_answer_may_cover_several_points(stage: Stage) -> None:
    evaluation = stage.evaluate("The right colour is crimson, the right taste is sweet")
    assert evaluation.points(COVERED) == ("colour", "taste")
    assert [v.evidence for v in evaluation.verdicts] == [
        "The right colour is crimson",
        "the right taste is sweet",
    ]
    assert all(v.probability > 0.9 for v in evaluation.verdicts)


def test_one_answer_may_be_right_and_wrong(stage: Stage) -> None:
    text = "The right colour is crimson, but wrong taste en 1 salty"
    evaluation = stage.evaluate(text)
    assert evaluation.points(COVERED) == ("colour",)
    assert evaluation.points(WRONG) == ("taste",)
    wrong = evaluation.verdicts[1]
    assert wrong.misconception == 1
    assert wrong.evidence == "but wrong taste en 1 salty"
    assert wrong.evidence in text


def test_what_is_said_of_one_thing_earns_nothing_for_another(
    pack: QuestionPack, tmp_path: Path
) -> None:
    stage = Stage(with_subjects(pack), tmp_path)

    exchanged = statuses(stage.evaluate("the colour is sweet, and the taste is crimson"))

    assert COVERED not in exchanged.values()
    assert statuses(stage.evaluate("the colour is crimson, and the taste is sweet")) == {
        "colour": COVERED,
        "taste": COVERED,
    }


def test_where_other_points_alone_are_spoken_of_no_model_is_asked(
    pack: QuestionPack, tmp_path: Path
) -> None:
    stage = Stage(with_subjects(pack), tmp_path)

    assert statuses(stage.evaluate("the taste is crimson"))["colour"] is MISSING
    assert [len(pairs) for pairs in stage.verifier.calls] == [1]


def test_the_words_that_earn_a_point_are_quoted_as_they_were_written(
    pack: QuestionPack, tmp_path: Path
) -> None:
    stage = Stage(with_subjects(pack), tmp_path)
    said = "the colour is crimson, the taste is sweet, but the colour is crimson all over"

    evidence = {v.point_id: v.evidence for v in stage.evaluate(said).verdicts}

    assert all(quoted is None or quoted in said for quoted in evidence.values())


def test_a_rhetorical_question_is_read_as_a_statement_and_quoted_as_it_was_asked(
    stage: Stage,
) -> None:
    evaluation = stage.evaluate("The right colour is crimson, isn't it?")
    (pairs,) = stage.verifier.calls
    assert {message for _, message in pairs} == {"The right colour is crimson."}
    colour = next(v for v in evaluation.verdicts if v.point_id == "colour")
    assert colour.status is COVERED
    assert colour.evidence is not None
    assert colour.evidence in "The right colour is crimson, isn't it?"


def statuses(evaluation: Evaluation) -> Mapping[str, VerdictStatus]:
    return {verdict.point_id: verdict.status for verdict in evaluation.verdicts}


def with_subjects(pack: QuestionPack) -> QuestionPack:
    """The pack, its points told apart by name."""
    apples = pack.topic("apples")
    points = tuple(replace(point, subject=(point.id,)) for point in apples.points)
    topics = (replace(t, points=points) if t is apples else t for t in pack)
    return replace(pack, topics=tuple(topics))


def test_only_wrong_verdicts_name_a_misconception(stage: Stage) -> None:
    evaluation = stage.evaluate("something reddish")
    assert [v.status for v in evaluation.verdicts] == [PARTIAL, MISSING]
    assert [v.misconception for v in evaluation.verdicts] == [None, None]
    assert evaluation.verdicts[1].evidence is None


def test_a_hedge_is_quoted_and_costs_nothing(stage: Stage) -> None:
    evaluation = stage.evaluate("I'm not sure, but they are crimson")
    assert evaluation.hedge == "I'm not sure"
    assert evaluation.points(COVERED) == ("colour",)


def test_a_korean_answer_is_judged_in_korean(stage: Stage) -> None:
    evaluation = stage.evaluate("확실하진 않은데 빨간 색이야", locale="ko")
    assert evaluation.points(COVERED) == ("colour",)
    assert evaluation.hedge == "확실하진 않은데"
    (pairs,) = stage.verifier.calls
    assert all("right" in context and " ko " in context for context, _ in pairs)


def test_what_was_learnt_of_a_topic_counts(pack: QuestionPack, tmp_path: Path) -> None:
    """The head of the first point knows the word “ripe”, of which the verifier knows nothing."""
    pieces = pieces_of("ripe")
    ones = np.ones(len(pieces.vector("ripe")), dtype=np.float32)
    heads = TopicHeads(pieces, np.stack([9 * ones, 0 * ones]), np.array([-1, -1], np.float32))
    stage = Stage(pack, tmp_path, heads={"apples": heads})
    evaluation = stage.evaluate("ripe")
    assert evaluation.points(COVERED) == ("colour",)
    assert Stage(pack, tmp_path).evaluate("ripe").points(COVERED) == ()


# Reading twice


class Hesitant(WordVerifier):
    """Says of what is reddish and of what is salty that it may as well be right as not."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        logits = super().judge(pairs)
        for row, (_, message) in zip(logits, pairs, strict=True):
            if "reddish" in message or "salty" in message:
                row[:] = 0
        return logits


def test_the_verifier_reads_what_the_quick_one_leaves_open(
    pack: QuestionPack, tmp_path: Path
) -> None:
    quick = Hesitant({**RULES, "taste English": {}})
    stage = Stage(pack, tmp_path, quick=quick)
    evaluation = stage.evaluate("something reddish", open_points=("colour",))
    assert [v.status for v in evaluation.verdicts] == [PARTIAL]
    assert stage.verifier.calls == quick.calls


def test_the_verifier_is_spared_what_the_quick_one_settles(
    pack: QuestionPack, tmp_path: Path
) -> None:
    quick = WordVerifier({**RULES, "taste English": {"crimson": WRONG}})
    stage = Stage(pack, tmp_path, quick=quick)
    evaluation = stage.evaluate("crimson")
    assert [v.status for v in evaluation.verdicts] == [COVERED, WRONG], "the quick one's words"
    assert stage.verifier.calls == []


def test_only_the_open_ones_of_several_pairs_are_read_again(
    pack: QuestionPack, tmp_path: Path
) -> None:
    class Partly(WordVerifier):
        def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
            logits = super().judge(pairs)
            logits[[context.startswith("taste") for context, _ in pairs]] = 0
            return logits

    quick = Partly(RULES)
    stage = Stage(pack, tmp_path, quick=quick)
    evaluation = stage.evaluate("crimson and sweet")
    assert evaluation.points(COVERED) == ("colour", "taste")
    ((colour, taste),) = quick.calls
    assert colour[0].startswith("colour")
    assert stage.verifier.calls == [(taste,)]


def test_what_the_pack_itself_says_is_not_read_again(pack: QuestionPack, tmp_path: Path) -> None:
    said = pack.topic("apples").point("colour").references["en"][0]
    quick = Hesitant({})
    quick.judge = lambda pairs: np.zeros((len(pairs), 4), np.float32)  # type: ignore[method-assign]
    stage = Stage(pack, tmp_path, quick=quick)
    evaluation = stage.evaluate(said, open_points=("colour",))
    assert evaluation.points(COVERED) == ("colour",)
    assert stage.verifier.calls == []


# What is no answer


def test_the_head_recognises_what_no_pattern_does(stage: Stage) -> None:
    assert stage.evaluate("gimme") == Evaluation(Intent.HINT)
    assert stage.verifier.calls == []


def test_the_bare_name_of_a_term_is_an_answer_whatever_the_head_says(
    pack: QuestionPack, tmp_path: Path
) -> None:
    named = Term("gimme", {"en": ("gimme",)}, {"en": "A word."})
    stage = Stage(replace(pack, terms=(*pack.terms, named)), tmp_path)
    assert stage.evaluate("gimme").intent is Intent.ANSWER


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("gimme?", Intent.TERM_QUESTION),
        ("gimme", Intent.ANSWER),
        ("gimme, right?", Intent.ANSWER),
    ],
)
def test_what_asks_nothing_but_a_nod_is_no_question_about_a_term(
    pack: QuestionPack, tmp_path: Path, text: str, intent: Intent
) -> None:
    stage = Stage(pack, tmp_path, told=Intent.TERM_QUESTION)
    assert stage.evaluate(text).intent is intent


def test_the_head_is_overruled_near_a_point(stage: Stage) -> None:
    text = "gimme gimme the right colour en 0 crimson"
    assert stage.evaluate(text).points(COVERED) == ("colour",)


def test_how_near_that_is_can_be_set(pack: QuestionPack, tmp_path: Path) -> None:
    stage = Stage(pack, tmp_path, answer_floor=0.9)
    text = "gimme gimme the right colour en 0 crimson"
    assert stage.evaluate(text) == Evaluation(Intent.HINT)


def test_topics_that_are_not_judged_get_an_intent_only(stage: Stage) -> None:
    for text, intent in (("right colour en 0", Intent.ANSWER), ("gimme", Intent.HINT)):
        evaluation = stage.evaluate(text, topic_id="hello", open_points=())
        assert evaluation == Evaluation(intent)
    assert stage.verifier.calls == []


def test_a_message_of_one_clause_is_encoded_once() -> None:
    assert message_units("It is red") == ["It is red"]
    assert message_units("It is red, it is round") == [
        "It is red, it is round",
        "It is red",
        "it is round",
    ]
