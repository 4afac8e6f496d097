"""One turn: what is judged, which topics may follow, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from engine.contract import (
    Intent,
    Mode,
    PackRef,
    PointVerdict,
    TurnRequest,
    Utterance,
    VerdictStatus,
)
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import ContractError
from engine.fakes import FakeEvaluator, FakeSelector
from engine.outcomes import Style
from engine.pipeline import Pipeline, legal_candidates
from engine.ports import Evaluation, ShowText
from engine.progress import TurnProgress
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack

STANDING = (
    Intent.TERM_QUESTION,
    Intent.HINT,
    Intent.REPEAT,
    Intent.SMALL_TALK,
    Intent.INSULT,
    Intent.MANIPULATION,
    Intent.OTHER_LANGUAGE,
    Intent.UNREADABLE,
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    folder: Path = tmp_path_factory.mktemp("fruit")
    return read_small_pack(folder)


APPLES = TurnRequest(
    request_id="i:1",
    seed="0:1",
    pack=PackRef("fruit", "1.0.0"),
    locale="en",
    mode=Mode.COACH,
    topic_id="apples",
    question="question apples en 0",
    answer="something",
    open_points=("colour", "taste"),
    next_topics=("pears", "plums"),
    may_retry=True,
)


def judged(**statuses: VerdictStatus) -> Evaluation:
    return Evaluation(Intent.ANSWER, tuple(PointVerdict(p, s) for p, s in statuses.items()))


@dataclass
class Scripted:
    """All three stages, saying what they are told to and noting what they were asked."""

    evaluation: Evaluation
    choice: str = ""
    offered: list[tuple[str, ...]] = field(default_factory=list)

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        return self.evaluation

    def select(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        candidates: tuple[str, ...],
    ) -> str:
        self.offered.append(candidates)
        return self.choice

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,
    ) -> Utterance:
        if show is not None:
            show("on")
        return Utterance(f"on to {next_topic}", "?")


def scripted(pack: QuestionPack, stages: Scripted) -> Pipeline:
    return Pipeline({pack.id: pack}, stages, stages, stages)


def test_the_result_carries_what_every_stage_decided(pack: QuestionPack) -> None:
    evaluation = Evaluation(
        Intent.ANSWER, judged(colour=VerdictStatus.COVERED, taste=VerdictStatus.COVERED).verdicts
    )
    stages = Scripted(replace(evaluation, hedge="maybe"), choice="plums")
    result = scripted(pack, stages).run(APPLES)
    assert stages.offered == [("pears", "plums")]
    assert result.request_id == "i:1"
    assert result.verdicts == evaluation.verdicts
    assert result.hedge == "maybe"
    assert result.next_topic == "plums"
    assert result.utterance.text == "on to plums"
    assert set(result.timings_ms) == {"evaluate", "select", "generate", "total"}
    assert all(duration >= 0 for duration in result.timings_ms.values())


def test_who_watches_sees_the_verdicts_before_a_word_is_said(pack: QuestionPack) -> None:
    evaluation = judged(colour=VerdictStatus.COVERED, taste=VerdictStatus.WRONG)
    seen: list[TurnProgress] = []
    result = scripted(pack, Scripted(evaluation, choice="apples")).run(APPLES, seen.append)
    known = TurnProgress("i:1", Intent.ANSWER, evaluation.verdicts, "apples")
    assert seen == [known, replace(known, text="on")]
    assert result.verdicts == evaluation.verdicts
    assert result.utterance.text == "on to apples"


def test_a_turn_that_nobody_waits_for_any_more_ends_before_it_is_phrased(
    pack: QuestionPack,
) -> None:
    def nobody_there(_: TurnProgress) -> None:
        raise ConnectionError

    class Unasked(Scripted):
        def generate(self, *_: object, **__: object) -> Utterance:
            raise AssertionError("nobody waits for an utterance")

    with pytest.raises(ConnectionError):
        scripted(pack, Unasked(Evaluation(Intent.SKIP), choice="pears")).run(APPLES, nobody_there)


def test_the_only_legal_topic_is_not_put_to_the_selector(pack: QuestionPack) -> None:
    stages = Scripted(Evaluation(Intent.SKIP))
    result = scripted(pack, stages).run(replace(APPLES, next_topics=("pears",)))
    assert stages.offered == []
    assert result.next_topic == "pears"


@pytest.mark.parametrize("intent", STANDING)
@pytest.mark.parametrize("mode", Mode)
def test_the_question_stands_after_what_is_no_answer(
    pack: QuestionPack, intent: Intent, mode: Mode
) -> None:
    request = replace(APPLES, mode=mode)
    assert legal_candidates(request, pack, Evaluation(intent)) == ("apples",)


@pytest.mark.parametrize("intent", [Intent.SKIP, Intent.DONT_KNOW])
def test_skips_and_dont_knows_move_on(pack: QuestionPack, intent: Intent) -> None:
    assert legal_candidates(APPLES, pack, Evaluation(intent)) == ("pears", "plums")


@pytest.mark.parametrize(
    ("colour", "taste", "may_retry", "stays"),
    [
        (VerdictStatus.COVERED, VerdictStatus.COVERED, True, False),
        (VerdictStatus.COVERED, VerdictStatus.MISSING, True, True),
        (VerdictStatus.COVERED, VerdictStatus.WRONG, False, True),
        (VerdictStatus.MISSING, VerdictStatus.MISSING, True, True),
        (VerdictStatus.MISSING, VerdictStatus.MISSING, False, False),
        (VerdictStatus.WRONG, VerdictStatus.WRONG, False, False),
        (VerdictStatus.PARTIAL, VerdictStatus.UNSURE, True, True),
        (VerdictStatus.PARTIAL, VerdictStatus.UNSURE, False, False),
    ],
)
def test_an_answer_stays_while_it_makes_progress_and_once_without(
    pack: QuestionPack, colour: VerdictStatus, taste: VerdictStatus, may_retry: bool, stays: bool
) -> None:
    request = replace(APPLES, may_retry=may_retry)
    found = legal_candidates(request, pack, judged(colour=colour, taste=taste))
    assert found == (("apples",) if stays else ("pears", "plums"))


@pytest.mark.parametrize("status", VerdictStatus)
def test_in_an_exam_every_answer_moves_on(pack: QuestionPack, status: VerdictStatus) -> None:
    request = replace(APPLES, mode=Mode.EXAM)
    found = legal_candidates(request, pack, judged(colour=status, taste=VerdictStatus.MISSING))
    assert found == ("pears", "plums")


@pytest.mark.parametrize("intent", [i for i in Intent if i is not Intent.REPEAT])
def test_any_reply_to_what_is_not_judged_moves_on(pack: QuestionPack, intent: Intent) -> None:
    request = replace(APPLES, topic_id="rest", open_points=(), next_topics=("plums",))
    assert legal_candidates(request, pack, Evaluation(intent)) == ("plums",)


def test_asking_to_repeat_keeps_even_the_greeting(pack: QuestionPack) -> None:
    request = replace(APPLES, topic_id="hello", open_points=(), next_topics=("apples",))
    assert legal_candidates(request, pack, Evaluation(Intent.REPEAT)) == ("hello",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pack": PackRef("nuts", "1")}, r"pack 'nuts' is not loaded here \(loaded: fruit\)"),
        ({"topic_id": "grapes"}, "topic 'grapes' is not in pack fruit 1.0.0"),
        ({"next_topics": ("grapes",)}, "topic 'grapes' is not in pack fruit 1.0.0"),
        ({"open_points": ("weight",)}, r"topic 'apples' has no points \['weight'\]"),
        ({"locale": "fr"}, "pack fruit is not written in 'fr'"),
        ({"locale": "ko", "style": Style.JONDAETMAL}, "pack fruit does not speak jondaetmal"),
        ({"style": Style.JONDAETMAL}, "pack fruit does not speak jondaetmal 'en'"),
    ],
)
def test_a_request_for_what_does_not_exist_is_refused(
    pack: QuestionPack, change: dict[str, object], message: str
) -> None:
    pipeline = scripted(pack, Scripted(Evaluation(Intent.SKIP)))
    with pytest.raises(ContractError, match=message):
        pipeline.run(replace(APPLES, **change))  # type: ignore[arg-type] # one field of any type


@pytest.fixture(scope="module")
def whole(pack: QuestionPack) -> Pipeline:
    """The pipeline that ``python -m engine --fake`` runs."""
    generator = CuratedGenerator(load_reactions())
    return Pipeline({pack.id: pack}, FakeEvaluator(), FakeSelector(), generator)


def test_one_message_may_cover_several_points(whole: Pipeline) -> None:
    request = replace(APPLES, answer="right colour en 1. right taste en 2")
    result = whole.run(request)
    assert {v.point_id: v.status for v in result.verdicts} == {
        "colour": VerdictStatus.COVERED,
        "taste": VerdictStatus.COVERED,
    }
    assert [v.evidence for v in result.verdicts] == ["right colour en 1", "right taste en 2"]
    assert result.next_topic == "pears"


def test_a_known_misconception_is_wrong_and_told_by_number(whole: Pipeline) -> None:
    request = replace(APPLES, answer="wrong colour en 0", open_points=("colour",))
    (verdict,) = whole.run(request).verdicts
    assert (verdict.status, verdict.misconception) == (VerdictStatus.WRONG, 0)


def test_a_stated_intent_is_not_second_guessed(whole: Pipeline) -> None:
    result = whole.run(replace(APPLES, answer="right colour en 1", intent=Intent.HINT))
    assert (result.intent, result.verdicts, result.next_topic) == (Intent.HINT, (), "apples")


def test_naming_a_topic_leads_to_it(whole: Pipeline) -> None:
    request = replace(
        APPLES,
        topic_id="hello",
        open_points=(),
        next_topics=("apples", "pears"),
        answer="pears English please",
    )
    assert whole.run(request).next_topic == "pears"


def test_the_same_request_always_gets_the_same_result(whole: Pipeline) -> None:
    assert whole.run(APPLES) == whole.run(APPLES)
