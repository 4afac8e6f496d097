"""Replies: which blocks, buttons, progress and facts a turn is shown with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.interview import replies
from bot.interview.messages import (
    Action,
    ModelAnswer,
    Notice,
    Progress,
    Reply,
    ReportCard,
    Say,
    VerdictLine,
    Verdicts,
)
from bot.interview.records import record_turn
from bot.interview.report import build_report
from bot.interview.state import InterviewState, Options
from bot.interview.transitions import advance, begin, turn_request
from engine.contract import Intent, Mode, PointVerdict, TurnResult, Utterance, VerdictStatus
from tests.support.clock import NOON
from tests.support.packs import ml_core

COVERED, MISSING, WRONG = VerdictStatus.COVERED, VerdictStatus.MISSING, VerdictStatus.WRONG
ASKING = (Action.HINT, Action.DONT_KNOW, Action.SKIP)


def opened(topic: str, mode: Mode = Mode.COACH) -> InterviewState:
    options = Options(locale="en", pack_id="ml-core", mode=mode, start_topic=topic)
    return begin(ml_core(), options, interview_id="i", user_id="u", seed=0, now=NOON)


def taken(
    state: InterviewState,
    next_topic: str,
    intent: Intent = Intent.ANSWER,
    *verdicts: PointVerdict,
) -> tuple[InterviewState, TurnResult, Reply]:
    """Return the state, result and reply after a turn."""
    request = turn_request(state, ml_core(), "x")
    said = Utterance("Right. And now?", "And now?")
    result = TurnResult("i:1", intent, verdicts, next_topic, said, timings_ms={"total": 1.0})
    after = advance(state, ml_core(), request, result, NOON)
    return after, result, replies.turn(state, after, ml_core(), result)


def blocks_of(reply: Reply) -> list[str]:
    return [block.kind for block in reply.blocks]


FORMULA = PointVerdict("formula", COVERED, "-log p", 0.87654, 0.9)
NO_IDEA = PointVerdict("key-idea", MISSING)


def test_the_opening_is_turn_zero() -> None:
    reply = replies.opening(opened("bce-loss"), ml_core())
    assert reply.blocks == (Say(opened("bce-loss").question),)
    assert reply.buttons == ASKING
    assert reply.facts is not None
    assert (reply.facts.turn, reply.facts.intent) == (0, "open")
    assert reply.facts.remaining == ("formula", "key-idea")
    assert reply.facts.next_topic == "bce-loss"
    assert reply.facts.utterance == opened("bce-loss").question


def test_verdicts_come_first_with_the_users_own_words() -> None:
    _, _, reply = taken(opened("bce-loss"), "bce-loss", Intent.ANSWER, FORMULA, NO_IDEA)
    assert reply.blocks == (
        Verdicts(
            (VerdictLine("Formula", COVERED, "-log p"), VerdictLine("Key idea", MISSING, None))
        ),
        Say("Right. And now?"),
    )
    assert reply.buttons == (*ASKING, Action.DISAGREE)


def test_the_facts_name_points_by_id_and_round_similarities() -> None:
    _, _, reply = taken(opened("bce-loss"), "bce-loss", Intent.ANSWER, FORMULA, NO_IDEA)
    facts = reply.facts
    assert facts is not None
    assert (facts.turn, facts.topic, facts.intent) == (1, "bce-loss", "answer")
    assert [(v.point, v.status, v.similarity) for v in facts.verdicts] == [
        ("formula", COVERED, 0.8765),
        ("key-idea", MISSING, 0.0),
    ]
    assert (facts.answered, facts.remaining) == (("formula",), ("key-idea",))
    assert (facts.next_topic, facts.utterance) == ("bce-loss", "Right. And now?")
    assert facts.timings_ms == {"total": 1.0}


@pytest.mark.parametrize("intent", [Intent.ANSWER, Intent.DONT_KNOW])
def test_leaving_a_topic_open_shows_its_model_answer_with_source(intent: Intent) -> None:
    verdicts = (PointVerdict("mechanism", WRONG, "x"),) if intent is Intent.ANSWER else ()
    _, _, reply = taken(opened("lora"), "lora-vs-qlora", intent, *verdicts)
    topic = ml_core().topic("lora")
    assert topic.source is not None
    shown = ModelAnswer(topic.model_answer["en"], topic.source.title, topic.source.url)
    assert shown in reply.blocks
    assert blocks_of(reply)[-1] == "say"


def test_a_skip_shows_no_model_answer_and_a_complete_answer_needs_none() -> None:
    _, _, skipped = taken(opened("lora"), "lora-vs-qlora", Intent.SKIP)
    assert blocks_of(skipped) == ["say"]
    covered = PointVerdict("mechanism", COVERED, "x")
    _, _, complete = taken(opened("lora"), "lora-vs-qlora", Intent.ANSWER, covered)
    assert blocks_of(complete) == ["verdicts", "say"]


def test_while_the_topic_stays_its_model_answer_stays_hidden() -> None:
    _, _, reply = taken(opened("bce-loss"), "bce-loss", Intent.ANSWER, FORMULA, NO_IDEA)
    assert "model_answer" not in blocks_of(reply)


def test_points_covered_earlier_count_when_the_topic_is_left() -> None:
    state, _, _ = taken(opened("bce-loss"), "bce-loss", Intent.ANSWER, FORMULA, NO_IDEA)
    key_idea = PointVerdict("key-idea", COVERED, "x")
    _, _, reply = taken(state, "bce-task", Intent.ANSWER, key_idea)
    assert blocks_of(reply) == ["verdicts", "say"]


@pytest.mark.parametrize("status", VerdictStatus)
@pytest.mark.parametrize("intent", [Intent.ANSWER, Intent.DONT_KNOW, Intent.SKIP])
def test_an_exam_gives_nothing_away(status: VerdictStatus, intent: Intent) -> None:
    def reply_for(status: VerdictStatus) -> Reply:
        verdict = PointVerdict("mechanism", status, "x", 0.9, 0.9)
        verdicts = (verdict,) if intent is Intent.ANSWER else ()
        state = opened("lora", Mode.EXAM)
        return taken(state, "lora-vs-qlora", intent, *verdicts)[2]

    reply = reply_for(status)
    assert reply == reply_for(MISSING), "no verdict shows in blocks, buttons, progress or facts"
    assert blocks_of(reply) == ["say"]
    assert reply.buttons == ASKING
    assert reply.facts is not None
    assert (reply.facts.verdicts, reply.facts.answered, reply.facts.remaining) == ((), (), ())
    assert reply.progress is not None
    assert (reply.progress.covered, reply.progress.wrong, reply.progress.unsure) == (None,) * 3


def test_an_exam_opening_and_its_notices_tell_no_open_points() -> None:
    state = opened("lora", Mode.EXAM)
    opening = replies.opening(state, ml_core())
    paused = replies.notice(state, "pause", Notice("notice.paused"))
    resumed = replies.resumed(state, ml_core())
    for reply in (opening, paused, resumed):
        assert reply.facts is not None
        assert reply.facts.remaining == ()


def test_an_exam_lists_all_points_of_the_topic_whatever_was_covered() -> None:
    state, _, _ = taken(opened("bce-loss", Mode.EXAM), "bce-loss", Intent.ANSWER, FORMULA, NO_IDEA)
    assert replies.progress(state, ml_core()).points == ("Formula", "Key idea")


def test_progress_counts_topics_and_verdicts() -> None:
    state, _, _ = taken(
        opened("bce-loss"),
        "bce-task",
        Intent.ANSWER,
        FORMULA,
        PointVerdict("key-idea", WRONG, "x"),
    )
    state, _, reply = taken(
        state,
        "bce-task",
        Intent.ANSWER,
        PointVerdict("task", VerdictStatus.UNSURE, "x"),
        PointVerdict("reason", VerdictStatus.PARTIAL, "x"),
    )
    assert reply.progress == Progress(
        topic=ml_core().topic("bce-task").title["en"],
        points=tuple(p.name["en"] for p in ml_core().topic("bce-task").points),
        asked=2,
        total=15,
        covered=1,
        wrong=1,
        unsure=2,
    )


@pytest.mark.parametrize(
    ("topic", "buttons"),
    [("greeting", ()), ("break", (Action.SKIP,)), ("last-words", ()), ("lora", ASKING)],
)
def test_buttons_fit_the_kind_of_topic(topic: str, buttons: tuple[Action, ...]) -> None:
    assert replies.opening(opened(topic), ml_core()).buttons == buttons


def test_when_it_is_over_the_report_and_a_new_interview_are_offered() -> None:
    after, _, reply = taken(opened("last-words"), "end", Intent.SMALL_TALK)
    assert after.ended
    assert reply.buttons == (Action.REPORT, Action.NEW)


def test_the_report_that_follows_the_end_has_no_facts_of_its_own() -> None:
    state = replace(opened("lora"), ended=True)
    built = build_report(ml_core(), "en", (), finished=True)
    followed = replies.report(state, built, asked_for=False)
    assert (followed.blocks, followed.facts) == ((ReportCard(built),), None)
    assert followed.buttons == (Action.NEW,)
    asked = replies.report(opened("lora"), built, asked_for=True)
    assert asked.facts is not None
    assert (asked.facts.intent, asked.buttons) == ("report", ())


def test_a_notice_leaves_the_interview_where_it_was() -> None:
    reply = replies.notice(opened("lora"), "help", Notice("notice.help"))
    assert reply.facts is not None
    assert (reply.facts.turn, reply.facts.topic, reply.facts.next_topic) == (0, "lora", "lora")
    ended = replies.notice(replace(opened("lora"), ended=True), "help", Notice("notice.help"))
    assert ended.facts is not None
    assert ended.facts.next_topic is None


def test_a_stranger_is_answered_too() -> None:
    reply = replies.stray("ko", "hint", Notice("notice.no_interview"))
    assert reply.locale == "ko"
    assert reply.facts is not None
    assert (reply.facts.topic, reply.facts.intent) == (None, "hint")


def test_coming_back_asks_the_standing_question_again() -> None:
    state = opened("lora")
    reply = replies.resumed(state, ml_core())
    assert reply.blocks == (Notice("notice.resumed", {"topic": "LoRA"}), Say(state.question))
    assert reply.buttons == ASKING
    offer = replies.resume_offer(state, ml_core())
    assert offer.buttons == (Action.RESUME, Action.NEW)


def test_a_disputed_verdict_is_compared_with_the_model_answer_once_the_topic_is_left() -> None:
    state = opened("lora")
    verdict = PointVerdict("mechanism", WRONG, "x")
    after, result, _ = taken(state, "lora-vs-qlora", Intent.ANSWER, verdict)
    record = record_turn(state, result, "e1", "x", NOON)
    left = replies.disagreement(after, ml_core(), record)
    assert blocks_of(left) == ["notice", "model_answer", "say"]
    assert blocks_of(replies.disagreement(state, ml_core(), record)) == ["notice", "say"]
    assert left.blocks[-1] == Say(after.question), "what is open is asked again"
    over = replace(state, ended=True)
    assert blocks_of(replies.disagreement(over, ml_core(), record)) == ["notice", "model_answer"]
