"""Looking back: the history, reports of past interviews, and what is due again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.interview.messages import Action, Choice, Notice, ReportCard
from bot.interview.ports import PastInterview, TopicResult
from bot.interview.review import DAYS, returns
from engine.questions import QuestionPack
from tests.support.clock import NOON
from tests.support.interview import Conversation, notice_of

DAY = timedelta(days=1)


def result(topic: str, *covered: str, at: datetime = NOON) -> TopicResult:
    return TopicResult("fruit", topic, frozenset(covered), at)


async def take_interview(talk: Conversation, **options: str) -> PastInterview:
    """Answer the first question rightly, the second wrongly, and stop."""
    await talk.open(start_topic="apples", **options)
    await talk.send(talk.right_answer())
    await talk.send(talk.wrong_answer())
    await talk.send(action=Action.STOP)
    past = PastInterview(talk.state, talk.log)
    talk.people.past.insert(0, past)
    return past


class TestHistory:
    async def test_whoever_has_taken_none_is_told_how_to_begin(self, talk: Conversation) -> None:
        assert notice_of(await talk.send(action=Action.HISTORY)).key == "notice.history_empty"

    async def test_interviews_are_listed_with_their_score_and_open_their_report(
        self, talk: Conversation
    ) -> None:
        past = await take_interview(talk)
        listed = await talk.send(action=Action.HISTORY)
        line = listed.blocks[1]
        assert isinstance(line, Notice)
        assert (line.key, line.params["pack"]) == ("notice.history_line", "Fruit English")
        ((choice,),) = listed.choices
        assert choice.options == {"interview": past.state.id}
        shown = await talk.send(action=choice.action, options=choice.options)
        (card,) = shown.blocks
        assert isinstance(card, ReportCard)
        assert line.params["score"] == str(card.report.score)

    async def test_one_that_is_still_going_has_no_score_and_no_report(
        self, talk: Conversation
    ) -> None:
        await talk.open()
        talk.people.past = [PastInterview(talk.state, ())]
        listed = await talk.send(action=Action.HISTORY)
        assert isinstance(listed.blocks[1], Notice)
        assert listed.blocks[1].key == "notice.history_open"
        assert listed.choices == ()

    async def test_somebody_else_s_interview_is_not_found(self, talk: Conversation) -> None:
        told = await talk.send(action=Action.REPORT, options={"interview": "not-mine"})
        assert notice_of(told).key == "notice.unknown_interview"

    async def test_an_exam_gives_nothing_away_before_its_end(self, talk: Conversation) -> None:
        await talk.open(mode="exam", start_topic="apples")
        await talk.send(talk.right_answer())
        talk.people.past = [PastInterview(talk.state, talk.log)]
        told = await talk.send(action=Action.REPORT, options={"interview": talk.state.id})
        assert notice_of(told).key == "notice.report_after_exam"


class TestSchedule:
    def test_what_was_missed_comes_back_the_next_day(self, pack: QuestionPack) -> None:
        (entry,) = returns(pack, [result("apples", "colour")])
        assert (entry.topic_id, entry.due_at) == ("apples", NOON + DAYS[0] * DAY)

    def test_what_was_known_stays_away_longer_each_time(self, pack: QuestionPack) -> None:
        known = [result("pears", "shape", at=NOON + n * DAY) for n in range(8)]
        waits = [(returns(pack, known[: n + 1])[0].due_at - known[n].at) / DAY for n in range(8)]
        assert waits == [*DAYS[1:], *[DAYS[-1]] * 4]

    def test_one_miss_begins_anew(self, pack: QuestionPack) -> None:
        results = [result("pears", "shape"), result("pears", "shape"), result("pears", at=NOON)]
        assert returns(pack, results)[0].due_at == NOON + DAYS[0] * DAY

    def test_only_judged_topics_of_this_pack_come_back_the_longest_due_first(
        self, pack: QuestionPack
    ) -> None:
        elsewhere = TopicResult("nuts", "apples", frozenset(), NOON)
        results = [elsewhere, result("hello"), result("gone"), result("plums", at=NOON + DAY)]
        found = returns(pack, [*results, result("pears")])
        assert [entry.topic_id for entry in found] == ["pears", "plums"]


class TestReview:
    async def test_before_any_answer_there_is_nothing(self, talk: Conversation) -> None:
        told = await talk.send(action=Action.REVIEW)
        assert notice_of(told).key == "notice.review_nothing_yet"

    async def test_before_its_time_one_is_told_when(self, talk: Conversation) -> None:
        talk.people.results = [result("apples")]
        told = await talk.send(action=Action.REVIEW)
        assert notice_of(told) == Notice("notice.review_later", {"date": "2026-11-23"})

    async def test_what_is_due_is_named_and_asked_and_nothing_else(
        self, talk: Conversation
    ) -> None:
        talk.people.results = [
            result("plums", at=NOON - 3 * DAY),
            result("apples", at=NOON - 2 * DAY),
            result("pears", "shape", at=NOON - 2 * DAY),
        ]
        offered = await talk.send(action=Action.REVIEW)
        assert notice_of(offered).params == {
            "count": "2",
            "topics": "plums English, apples English",
        }
        ((choice,),) = offered.choices
        await talk.send(action=choice.action, options=choice.options)
        while not talk.state.ended:
            judged = talk.pack.topic(talk.state.topic_id).kind.judged
            await talk.send(talk.right_answer() if judged else "thanks")
        asked = [progress.topic_id for progress in talk.state.topics]
        assert asked == ["plums", "apples", "bye", "end"]

    async def test_an_open_interview_is_offered_first(self, talk: Conversation) -> None:
        talk.people.results = [result("plums", at=NOON - 3 * DAY)]
        await talk.open()
        await talk.send("hi")
        begun = talk.state.id
        offer = await talk.send(action=Action.REVIEW, options={"start": "yes"})
        assert offer.buttons == (Action.RESUME, Action.NEW)
        assert talk.state.id == begun
        await talk.send(action=Action.NEW)
        assert (talk.state.topic_id, talk.state.options.topics) == ("plums", ("plums",))

    async def test_after_a_review_a_new_interview_is_a_whole_one(self, talk: Conversation) -> None:
        talk.people.results = [result("plums", at=NOON - 3 * DAY)]
        await talk.send(action=Action.REVIEW, options={"start": "yes"})
        await talk.send(action=Action.NEW)
        assert (talk.state.topic_id, talk.state.options.topics) == ("hello", ())

    async def test_the_end_of_an_interview_offers_to_go_over_what_was_missed(
        self, talk: Conversation
    ) -> None:
        past = await take_interview(talk)
        missed = past.state.topic_id
        ((choice,),) = talk.outcomes[-1].replies[-1].choices
        assert choice == Choice(
            Action.REVIEW, {"interview": past.state.id}, Notice("choice.review")
        )
        talk.people.results = [result("apples", "colour", "taste"), result(missed)]
        await talk.send(action=choice.action, options=choice.options)
        assert talk.state.options.topics == (missed,)
