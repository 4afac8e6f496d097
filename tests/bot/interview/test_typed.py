"""What typed words do in an interview: nothing ends or begins anew before it was asked about."""

from __future__ import annotations

import pytest

from bot.interview.messages import Action, Notice, ReportCard, Say
from bot.interview.ports import PastInterview, TopicResult
from engine.questions import QuestionPack
from tests.support.interview import Conversation, notice_of
from tests.support.packs import ml_core


@pytest.fixture
def pack() -> QuestionPack:
    return ml_core()


async def begun(talk: Conversation, **options: str) -> Conversation:
    """Return an interview in which an answer was judged and the question still stands."""
    await talk.open(start_topic="lora", **options)
    await talk.send(talk.wrong_answer())
    return talk


@pytest.mark.parametrize("mode", ["coach", "exam"])
@pytest.mark.parametrize("text", ["그만", "stop", "I'm done for today"])
async def test_a_typed_wish_to_stop_is_asked_about(
    talk: Conversation, mode: str, text: str
) -> None:
    await begun(talk, mode=mode)
    question, turns = talk.state.question, len(talk.log)
    reply = await talk.send(text)
    assert notice_of(reply).key == "notice.stop_offer"
    assert reply.buttons == (Action.STOP, Action.PAUSE, Action.RESUME)
    assert reply.progress is not None
    assert not talk.state.ended
    assert (talk.state.question, len(talk.log)) == (question, turns)


@pytest.mark.parametrize("text", ["응", "yes", "그만할래", "stop"])
async def test_a_yes_ends_the_interview(talk: Conversation, text: str) -> None:
    await begun(talk)
    await talk.send("그만")
    assert notice_of(await talk.send(text)).key == "notice.stopped"
    assert talk.state.ended
    assert talk.log[-1].intent == "stop"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("아니", None),
        ("no", None),
        ("actually no", None),
        ("취소", None),
        ("계속할게", None),
        ("", Action.RESUME),
    ],
)
async def test_a_no_goes_on_as_if_nothing_had_been(
    talk: Conversation, text: str, action: Action | None
) -> None:
    await begun(talk)
    question, turns = talk.state.question, len(talk.log)
    await talk.send("stop")
    reply = await talk.send(text, action)
    assert reply.blocks == (Notice("notice.going_on"), Say(question))
    assert Action.HINT in reply.buttons
    assert (talk.state.offered, talk.state.ended, len(talk.log)) == (None, False, turns)


async def test_an_answer_after_the_question_whether_to_stop_is_an_answer(
    talk: Conversation,
) -> None:
    await begun(talk)
    await talk.send("그만")
    await talk.send(talk.right_answer())
    assert talk.log[-1].intent == "answer"
    assert talk.state.offered is None
    await talk.send("yes")
    assert not talk.state.ended, "the question whether to stop is long past"


async def test_a_yes_out_of_the_blue_ends_nothing(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("yes")
    assert not talk.state.ended


async def test_a_break_may_be_chosen_instead(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("그만")
    assert notice_of(await talk.send("", Action.PAUSE)).key == "notice.paused"
    assert (talk.state.paused, talk.state.offered) == (True, None)
    reply = await talk.send("그만")
    assert reply.buttons == (Action.STOP, Action.RESUME), "it rests already"
    await talk.send("응")
    assert talk.state.ended


async def test_the_command_and_the_button_still_stop_at_once(talk: Conversation) -> None:
    await begun(talk)
    assert notice_of(await talk.send("", Action.STOP)).key == "notice.stopped"


async def test_the_words_of_a_wish_within_an_answer_are_an_answer(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("학습을 일찍 그만두는 거야")
    assert talk.log[-1].text == "학습을 일찍 그만두는 거야"


async def test_the_last_words_are_taken_whatever_they_are(talk: Conversation) -> None:
    await talk.open(start_topic="last-words")
    await talk.send("그만")
    assert talk.state.ended


@pytest.mark.parametrize("text", ["나중에 할게", "brb", "let's take a break"])
async def test_who_wants_a_break_gets_one(talk: Conversation, text: str) -> None:
    await begun(talk)
    assert notice_of(await talk.send(text)).key == "notice.paused"
    assert talk.state.paused


async def test_a_no_to_carrying_on_leaves_the_interview_at_rest(talk: Conversation) -> None:
    await begun(talk)
    await talk.open(offer="yes")
    assert notice_of(await talk.send("no")).key == "notice.paused"
    assert talk.state.paused


async def test_a_wish_to_start_over_is_asked_about(talk: Conversation) -> None:
    await begun(talk)
    first = talk.state.id
    reply = await talk.send("처음부터 다시 하자")
    assert notice_of(reply).key == "notice.new_offer"
    assert reply.buttons == (Action.NEW, Action.PAUSE, Action.RESUME)
    await talk.send("아니")
    assert (talk.state.id, talk.state.paused) == (first, False)
    await talk.send("start over")
    await talk.send("yes")
    assert (talk.state.id == first, talk.state.turn) == (False, 0)


async def test_what_was_offered_last_counts(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("start over")
    reply = await talk.send("stop")
    assert notice_of(reply).key == "notice.stop_offer"
    await talk.send("yes")
    assert talk.state.ended


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("잠깐만", "notice.wait"),
        ("let me think", "notice.wait"),
        ("고마워", "notice.thanks"),
        ("왜 틀렸어?", "notice.why"),
        ("help", "notice.help"),
        ("I disagree", "notice.disagree"),
    ],
)
async def test_what_is_no_answer_costs_no_turn(talk: Conversation, text: str, key: str) -> None:
    await begun(talk)
    asked, question = len(talk.engine.requests), talk.state.question
    assert notice_of(await talk.send(text)).key == key
    assert len(talk.engine.requests) == asked
    assert (talk.state.question, talk.state.ended) == (question, False)


async def test_how_many_questions_there_are_can_be_asked(talk: Conversation) -> None:
    await begun(talk)
    told = notice_of(await talk.send("몇 문제 남았어?"))
    assert told.key == "notice.count"
    assert int(told.params["asked"]) == 1
    assert int(told.params["total"]) >= 1


async def test_the_results_of_an_exam_cannot_be_asked_for_early(talk: Conversation) -> None:
    await begun(talk, mode="exam")
    assert notice_of(await talk.send("what's my score?")).key == "notice.report_after_exam"


async def test_whether_it_was_right_is_told_after_an_exam_and_judged_while_coaching(
    talk: Conversation,
) -> None:
    await begun(talk, mode="exam")
    assert notice_of(await talk.send("was I right?")).key == "notice.report_after_exam"
    await talk.send("", Action.NEW, {"start_topic": "lora", "mode": "coach"})
    turns = len(talk.log)
    await talk.send("맞아?")
    assert len(talk.log) == turns + 1


async def test_another_language_is_spoken_at_once(talk: Conversation) -> None:
    await begun(talk)
    assert (await talk.send("한국어로 하자")).locale == "ko"
    assert talk.state.locale == "ko"
    polite = await talk.send("존댓말로 해 줘")
    assert polite.locale == "ko@jondaetmal"
    assert polite.blocks == (Notice("notice.style_set"), Say(talk.state.question))
    assert (await talk.send("in English please")).locale == "en"


@pytest.mark.parametrize("text", ["no", "아니 아직", "not yet", "hold on"])
async def test_who_is_not_ready_is_waited_for(talk: Conversation, text: str) -> None:
    await talk.open()
    assert notice_of(await talk.send(text)).key == "notice.wait"
    assert talk.state.topic_id == "greeting"


async def test_after_the_end_words_still_lead_on(talk: Conversation) -> None:
    await begun(talk)
    over = talk.state.id
    await talk.send("", Action.STOP)
    assert isinstance((await talk.send("보고서 보여 줘")).blocks[0], ReportCard)
    await talk.send("new")
    assert (talk.state.id == over, talk.state.turn) == (False, 0)


async def test_what_was_missed_can_be_reviewed_by_saying_so(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("", Action.STOP)
    talk.people.past = [PastInterview(talk.state, talk.log)]
    talk.people.results = [TopicResult("ml-core", "lora", frozenset(), talk.clock.now())]
    await talk.send("복습할래")
    assert talk.state.options.topics == ("lora",)


async def test_thanks_after_the_end_are_returned(talk: Conversation) -> None:
    await begun(talk)
    await talk.send("", Action.STOP)
    for text in ("thank you", "bye!"):
        assert notice_of(await talk.send(text)).key == "notice.thanks_ended"
    assert notice_of(await talk.send("stop")).key == "notice.ended"
