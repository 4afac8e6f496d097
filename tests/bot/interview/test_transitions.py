"""An interview from turn to turn: what a turn changes, and what no turn ever may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.interview.flow import Length, Level
from bot.interview.records import record_action, record_turn
from bot.interview.state import InterviewState, Options, topics_in_all
from bot.interview.transitions import advance, begin, is_left, turn_request
from engine.contract import (
    Intent,
    Mode,
    PointVerdict,
    TurnRequest,
    TurnResult,
    Utterance,
    VerdictStatus,
)
from engine.errors import ContractError
from engine.questions import QuestionPack
from tests.support.clock import NOON
from tests.support.packs import ml_core

COVERED, MISSING = VerdictStatus.COVERED, VerdictStatus.MISSING
LATER = NOON + timedelta(seconds=30)


def opened(seed: int = 0, **options: object) -> InterviewState:
    chosen = replace(Options(locale="en", pack_id="ml-core"), **options)  # type: ignore[arg-type] # any option
    return begin(ml_core(), chosen, interview_id="i", user_id="u", seed=seed, now=NOON)


def result_of(
    request: TurnRequest,
    next_topic: str | None = None,
    intent: Intent = Intent.ANSWER,
    question: str = "and now?",
    **statuses: VerdictStatus,
) -> TurnResult:
    """Return a result that stays on the topic unless told otherwise."""
    return TurnResult(
        request_id=request.request_id,
        intent=intent,
        verdicts=tuple(PointVerdict(p.replace("_", "-"), s) for p, s in statuses.items()),
        next_topic=next_topic or request.topic_id,
        utterance=Utterance(f"Fine. {question}", question, ("curated/covered/3",)),
    )


def after_turn(
    state: InterviewState,
    next_topic: str | None = None,
    intent: Intent = Intent.ANSWER,
    **statuses: VerdictStatus,
) -> InterviewState:
    request = turn_request(state, ml_core(), "x")
    result = result_of(request, next_topic, intent, **statuses)
    return advance(state, ml_core(), request, result, LATER)


def test_an_interview_opens_with_the_first_topic() -> None:
    state = opened()
    greeting = ml_core().topic("greeting")
    assert state.turn == 0
    assert state.topic_id == "greeting"
    assert state.question == greeting.question["en"][0]
    assert state.spoken == ("greeting/question/0",)
    assert (state.paused, state.ended, state.started_at) == (False, False, NOON)


def test_the_next_interview_of_a_person_opens_in_other_words() -> None:
    assert opened(seed=1).question != opened(seed=0).question
    count = len(ml_core().topic("greeting").question["en"])
    assert opened(seed=count).question == opened(seed=0).question


def test_an_interview_may_open_with_any_topic() -> None:
    state = opened(start_topic="bce-loss")
    assert state.topic_id == "bce-loss"
    assert state.current.open_points == ("formula", "key-idea")
    with pytest.raises(KeyError):
        opened(start_topic="nothing")


def test_a_request_carries_all_that_the_engine_needs() -> None:
    state = opened(start_topic="loss-function-examples", mode=Mode.EXAM)
    request = turn_request(state, ml_core(), "MSE", intent=Intent.SKIP, truncated=True)
    assert request.request_id == "i:1"
    assert request.topic_id == "loss-function-examples"
    assert request.question == state.question
    assert request.answer == "MSE"
    assert request.open_points == ("examples",)
    assert request.next_topics == ("mse-loss-meaning", "bce-loss")
    assert (request.mode, request.intent, request.truncated) == (Mode.EXAM, Intent.SKIP, True)
    assert request.spoken == state.spoken


def test_requests_of_two_turns_or_two_interviews_draw_different_words() -> None:
    first = turn_request(opened(seed=0), ml_core(), "x")
    second = turn_request(after_turn(opened(seed=0)), ml_core(), "x")
    other = turn_request(opened(seed=1), ml_core(), "x")
    assert len({first.seed, second.seed, other.seed}) == 3


def test_progress_keeps_the_topic_and_what_is_covered_stays_covered() -> None:
    state = after_turn(opened(start_topic="bce-loss"), formula=COVERED, key_idea=MISSING)
    assert state.current.open_points == ("key-idea",)
    state = after_turn(state, formula=VerdictStatus.WRONG, key_idea=VerdictStatus.PARTIAL)
    assert dict(state.current.statuses) == {"formula": COVERED, "key-idea": VerdictStatus.PARTIAL}


def test_silence_about_a_point_does_not_unsay_what_was_said() -> None:
    state = after_turn(opened(start_topic="bce-loss"), formula=VerdictStatus.WRONG)
    state = after_turn(state, formula=MISSING, key_idea=MISSING)
    assert dict(state.current.statuses)["formula"] is VerdictStatus.WRONG


def may_retry(state: InterviewState) -> bool:
    return turn_request(state, ml_core(), "x").may_retry


def test_one_turn_without_progress_may_be_retried() -> None:
    state = opened(start_topic="loss-function-definition")
    assert may_retry(state)
    assert not may_retry(after_turn(state, definition=MISSING))


def test_where_two_points_are_open_there_are_two_retries_and_progress_gives_another() -> None:
    state = opened(start_topic="bce-loss")
    state = after_turn(state, formula=MISSING, key_idea=MISSING)
    assert may_retry(state)
    state = after_turn(state, formula=MISSING, key_idea=MISSING)
    assert not may_retry(state)
    state = after_turn(state, formula=COVERED, key_idea=MISSING)
    assert may_retry(state)
    assert not may_retry(after_turn(state, key_idea=MISSING))


@pytest.mark.parametrize("intent", [Intent.HINT, Intent.TERM_QUESTION, Intent.SMALL_TALK])
def test_what_is_no_answer_uses_up_no_retry(intent: Intent) -> None:
    state = after_turn(opened(start_topic="bce-loss"), intent=intent)
    assert turn_request(state, ml_core(), "x").may_retry


def test_an_exam_never_retries() -> None:
    state = opened(start_topic="bce-loss", mode=Mode.EXAM)
    assert not turn_request(state, ml_core(), "x").may_retry


def test_hints_are_counted_up_to_three_and_belong_to_their_topic() -> None:
    state = opened(start_topic="bce-loss")
    for expected in (1, 2, 3, 3):
        state = after_turn(state, intent=Intent.HINT)
        assert turn_request(state, ml_core(), "x").hints_given == expected
    state = after_turn(state, "bce-task", Intent.SKIP)
    assert turn_request(state, ml_core(), "x").hints_given == 0


def test_dont_knows_in_a_row_are_counted() -> None:
    state = after_turn(opened(start_topic="lora"), "lora-vs-qlora", Intent.DONT_KNOW)
    assert state.dont_know_streak == 1
    assert after_turn(state, intent=Intent.DONT_KNOW).dont_know_streak == 2
    assert after_turn(state, difference=MISSING).dont_know_streak == 0


def test_leaving_a_topic_opens_the_next_with_all_its_points_missing() -> None:
    before = opened(start_topic="lora")
    state = after_turn(before, "lora-vs-qlora", mechanism=COVERED)
    assert is_left(before, state)
    assert [t.topic_id for t in state.topics] == ["lora", "lora-vs-qlora"]
    assert state.current.statuses == (("difference", MISSING),)


def test_a_turn_takes_over_the_question_and_the_lines_said() -> None:
    state = opened()
    request = turn_request(state, ml_core(), "x")
    result = result_of(request, question="what now?")
    after = advance(state, ml_core(), request, result, LATER)
    assert after.question == "what now?"
    assert after.spoken == ("greeting/question/0", "curated/covered/3")
    assert after.asked_at == LATER
    silent = advance(state, ml_core(), request, result_of(request, question=""), LATER)
    assert silent.question == state.question


def test_an_answer_wakes_a_paused_interview() -> None:
    assert not after_turn(replace(opened(), paused=True)).paused


def test_reaching_the_end_topic_ends_the_interview() -> None:
    state = opened(start_topic="last-words")
    assert turn_request(state, ml_core(), "bye").next_topics == ("end",)
    assert after_turn(state, "end").ended


@pytest.mark.parametrize("next_topic", ["greeting", "nonsense"])
def test_a_topic_that_is_not_legal_is_refused(next_topic: str) -> None:
    state = opened(start_topic="lora")
    with pytest.raises(ContractError, match=f"'{next_topic}' is none of lora, lora-vs-qlora"):
        after_turn(state, next_topic, Intent.SKIP)


def test_a_turn_is_logged_with_what_was_asked_said_and_decided() -> None:
    state = opened(start_topic="lora")
    request = turn_request(state, ml_core(), "x")
    result = replace(result_of(request, mechanism=COVERED), hedge="maybe")
    record = record_turn(state, result, "e1", "small matrices", LATER)
    assert (record.turn, record.event_id, record.topic_id) == (1, "e1", "lora")
    assert (record.question, record.text) == (state.question, "small matrices")
    assert (record.intent, record.hedge) == ("answer", "maybe")
    assert record.verdicts == result.verdicts
    assert record.utterance == result.utterance.text
    assert (record.answered_at - record.asked_at).total_seconds() == 30


def test_an_answer_typed_ahead_of_its_question_took_no_time() -> None:
    state = opened(start_topic="lora")
    result = result_of(turn_request(state, ml_core(), "x"), mechanism=MISSING)
    record = record_turn(state, result, "e1", "x", NOON - timedelta(minutes=5))
    assert record.answered_at == record.asked_at


def test_a_command_is_logged_without_verdicts_or_time() -> None:
    record = record_action(opened(start_topic="lora"), "stop", "e1", "", LATER)
    assert (record.intent, record.verdicts, record.turn) == ("stop", (), 1)
    assert record.answered_at == record.asked_at == LATER


# Whatever the engine decides within the rules, these hold.

FATES = st.lists(
    st.tuples(
        st.sampled_from(Intent),
        st.lists(st.sampled_from(VerdictStatus), min_size=3, max_size=3),
        st.integers(0, 3),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(
    fates=FATES,
    level=st.sampled_from(Level),
    length=st.sampled_from(Length),
    mode=st.sampled_from(Mode),
    start=st.none() | st.sampled_from([topic.id for topic in ml_core()][:-1]),
)
def test_no_sequence_of_results_breaks_the_invariants(
    fates: list[tuple[Intent, list[VerdictStatus], int]],
    level: Level,
    length: Length,
    mode: Mode,
    start: str | None,
) -> None:
    pack = ml_core()
    state = opened(level=level, length=length, mode=mode, start_topic=start)
    for intent, statuses, choice in fates:
        if state.ended:
            break
        request = turn_request(state, pack, "x")
        legal = (request.topic_id, *request.next_topics)
        judged = intent is Intent.ANSWER
        verdicts = tuple(
            PointVerdict(p, s)
            for p, s in zip(request.open_points, statuses, strict=False)
            if judged
        )
        chosen = legal[choice % len(legal)]
        result = TurnResult(request.request_id, intent, verdicts, chosen, Utterance("x?", "x?"))
        after = advance(state, pack, request, result, LATER)
        check_step(state, after, pack)
        state = after


def check_step(before: InterviewState, after: InterviewState, pack: QuestionPack) -> None:
    assert after.turn == before.turn + 1
    asked = [progress.topic_id for progress in after.topics]
    assert len(set(asked)) == len(asked), "no topic is asked twice"
    assert asked[: len(before.topics)] == [p.topic_id for p in before.topics]
    assert len(asked) - len(before.topics) in (0, 1)
    judged = sum(pack.topic(topic).kind.judged for topic in asked)
    assert judged <= topics_in_all(after, pack)
    for old, new in zip(before.topics, after.topics, strict=False):
        for (point, was), (same, now) in zip(old.statuses, new.statuses, strict=True):
            assert point == same
            assert was is not COVERED or now is COVERED, "what is covered stays covered"
            assert was is MISSING or now is not MISSING, "what was said is not unsaid"
        assert old.hints <= new.hints <= 3
    assert after.ended == (after.topic_id == "end")
    assert not after.paused
    if after.ended:
        assert judged == topics_in_all(after, pack) or asked[0] == "last-words"
