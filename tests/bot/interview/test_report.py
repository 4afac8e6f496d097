"""The report: numbers and quotes rebuilt from the turn log alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.interview.report import Report, TurnRecord, build_report
from engine.contract import Intent, PointVerdict, VerdictStatus
from engine.questions import QuestionPack
from tests.support.clock import NOON
from tests.support.packs import ml_core

COVERED, PARTIAL, WRONG = VerdictStatus.COVERED, VerdictStatus.PARTIAL, VerdictStatus.WRONG
UNSURE, MISSING = VerdictStatus.UNSURE, VerdictStatus.MISSING


class Log:
    """Writes a turn log, one turn after another."""

    def __init__(self) -> None:
        self.records: list[TurnRecord] = []
        self.now: datetime = NOON

    def add(
        self,
        topic: str,
        intent: str = Intent.ANSWER.value,
        *verdicts: PointVerdict,
        seconds: float = 20,
        hedge: str | None = None,
        disputes: int | None = None,
    ) -> Log:
        asked = self.now
        self.now += timedelta(seconds=seconds)
        record = TurnRecord(
            turn=len(self.records) + 1,
            event_id=f"e{len(self.records)}",
            topic_id=topic,
            question="?",
            text="x",
            intent=intent,
            verdicts=verdicts,
            hedge=hedge,
            next_topic=None,
            utterance="",
            asked_at=asked,
            answered_at=self.now,
            disputes=disputes,
        )
        self.records.append(record)
        return self


def point(
    name: str, status: VerdictStatus, evidence: str | None = None, probability: float = 0.0
) -> PointVerdict:
    return PointVerdict(name, status, evidence, probability=probability)


def report(pack: QuestionPack, log: Log, *, finished: bool = True) -> Report:
    return build_report(pack, "en", log.records, finished=finished)


def test_the_score_follows_its_formula_in_an_example_computed_by_hand(pack: QuestionPack) -> None:
    log = Log()
    log.add("hello", "answer")
    log.add("apples", "hint")
    log.add("apples", "hint")
    log.add("apples", "answer", point("colour", COVERED, "red"), point("taste", PARTIAL, "nice"))
    log.add("pears", "answer", point("shape", COVERED, "like a bulb"))
    log.add("plums", "answer", point("stone", WRONG, "none"))
    built = report(pack, log)
    # apples: colour 1 - 2 x 0.1 = 0.8, taste 0.5 - 0.2 = 0.3; pears: 1; plums: 0. Four points.
    assert built.score == round(100 * (0.8 + 0.3 + 1.0 + 0.0) / 4) == 52
    assert (built.covered, built.partial, built.wrong, built.unsure, built.missing) == (
        2,
        1,
        1,
        0,
        0,
    )
    assert built.hints == 2
    assert [topic.title for topic in built.topics] == [
        "apples English",
        "pears English",
        "plums English",
    ]


def test_hints_never_make_a_point_worth_less_than_nothing(pack: QuestionPack) -> None:
    log = Log()
    for _ in range(3):
        log.add("apples", "hint")
    log.add("apples", "answer", point("colour", WRONG), point("taste", MISSING))
    assert report(pack, log).score == 0


def test_asking_for_a_hint_when_none_is_left_costs_nothing(pack: QuestionPack) -> None:
    log = Log()
    for _ in range(5):
        log.add("pears", "hint")
    log.add("pears", "answer", point("shape", COVERED, "round"))
    built = report(pack, log)
    assert (built.hints, built.score) == (3, 70)


def test_the_best_verdict_on_a_point_counts_with_its_words(pack: QuestionPack) -> None:
    log = Log()
    log.add("pears", "answer", point("shape", WRONG, "square"))
    log.add("pears", "answer", point("shape", COVERED, "round below"))
    log.add("pears", "answer", point("shape", PARTIAL, "round"))
    (topic,) = report(pack, log).topics
    assert [(p.status, p.evidence) for p in topic.points] == [(COVERED, "round below")]
    assert topic.model_answer is None, "nothing was missed"


def test_a_missed_topic_brings_its_model_answer(pack: QuestionPack) -> None:
    log = Log().add("apples", "answer", point("colour", COVERED, "red"), point("taste", MISSING))
    (topic,) = report(pack, log).topics
    assert topic.model_answer == "model apples English"
    assert [p.status for p in topic.points] == [COVERED, MISSING]


def test_dont_knows_and_skips_are_counted_where_there_was_a_question(pack: QuestionPack) -> None:
    log = Log()
    log.add("hello", "dont_know")
    log.add("apples", "dont_know")
    log.add("pears", "skip")
    log.add("rest", "skip")
    built = report(pack, log)
    assert (built.dont_knows, built.skips) == (1, 1)
    assert [(t.dont_know, t.skipped) for t in built.topics] == [(True, False), (False, True)]
    assert built.missing == 3
    assert built.score == 0


def test_a_topic_that_was_only_heard_or_hinted_at_is_left_out(pack: QuestionPack) -> None:
    log = Log().add("apples", "hint").add("apples", "repeat").add("apples", "stop")
    built = report(pack, log, finished=False)
    assert built.topics == ()
    assert built.score is None
    assert built.best_quote is None
    assert built.study == ()
    assert not built.finished


def test_hedges_are_counted_with_those_that_were_not_needed(pack: QuestionPack) -> None:
    log = Log()
    log.add("apples", "answer", point("colour", COVERED, "red"), hedge="maybe")
    log.add("pears", "answer", point("shape", WRONG, "square"), hedge="I guess")
    log.add("hello", "answer", hedge="perhaps")
    built = report(pack, log)
    assert (built.hedged, built.hedged_right) == (2, 1)


def test_the_best_quote_is_the_most_certain_one_with_words(pack: QuestionPack) -> None:
    log = Log()
    log.add("apples", "answer", point("colour", COVERED, "red", 0.7))
    log.add("pears", "answer", point("shape", COVERED, "like a bulb", 0.9))
    log.add("plums", "answer", point("stone", COVERED, None, 0.99))
    built = report(pack, log)
    assert (built.best_quote, built.best_quote_point) == ("like a bulb", "shape English")


def test_what_to_study_begins_with_the_worst_and_leaves_out_the_complete(
    pack: QuestionPack,
) -> None:
    log = Log()
    log.add("plums", "hint").add("plums", "hint").add("plums", "hint")
    log.add("plums", "answer", point("stone", COVERED, "one"))
    log.add("apples", "answer", point("colour", COVERED, "red"), point("taste", PARTIAL, "ok"))
    log.add("pears", "answer", point("shape", WRONG, "square"))
    items = report(pack, log).study
    assert [item.title for item in items] == ["pears English", "apples English"]
    assert items[0].line == "explanation pears English"
    assert (items[0].source_title, items[0].source_url) == (
        "book on pears",
        "https://example.org/book",
    )


def test_a_complete_topic_with_hints_takes_no_place_from_an_incomplete_one() -> None:
    pack = ml_core()
    log = Log()
    for topic in ("lora", "peft", "bce-task"):
        for _ in range(3):
            log.add(topic, "hint")
        log.add(topic, "answer", *(point(p, COVERED, "x") for p in pack.topic(topic).point_ids))
    first, *others = pack.topic("ai-ml-dl-difference").point_ids
    log.add(
        "ai-ml-dl-difference",
        "answer",
        point(first, PARTIAL, "x"),
        *(point(p, COVERED, "x") for p in others),
    )
    titles = [item.title for item in build_report(pack, "ko", log.records, finished=True).study]
    assert titles == ["인공지능, 머신러닝, 딥러닝 차이"]


def test_time_is_the_mean_per_answer_and_the_sum_in_all(pack: QuestionPack) -> None:
    log = Log()
    log.add("apples", "hint", seconds=30)
    log.add("apples", "answer", point("colour", COVERED, "red"), seconds=60)
    log.add("apples", "answer", point("taste", COVERED, "sweet"), seconds=90)
    built = report(pack, log)
    assert built.topics[0].seconds == 75
    assert built.minutes == 3.0


def test_a_verdict_that_was_disputed_is_marked_and_no_other(pack: QuestionPack) -> None:
    log = Log()
    log.add("apples", "answer", point("colour", COVERED, "red"), point("taste", WRONG, "salty"))
    log.add("apples", "answer", point("taste", WRONG, "sour"))
    log.add("apples", "disagree")
    (topic,) = report(pack, log).topics
    assert [(p.name, p.disputed) for p in topic.points] == [
        ("colour English", False),
        ("taste English", True),
    ]


def test_a_verdict_disputed_after_a_later_answer_is_the_one_that_is_marked(
    pack: QuestionPack,
) -> None:
    log = Log()
    log.add("apples", "answer", point("colour", WRONG, "blue"))
    log.add("apples", "answer", point("taste", WRONG, "sour"))
    log.add("apples", "disagree", disputes=1)
    (topic,) = report(pack, log).topics
    assert [p.name for p in topic.points if p.disputed] == ["colour English"]


def test_titles_and_names_come_in_the_language_of_the_interview(pack: QuestionPack) -> None:
    log = Log().add("pears", "answer", point("shape", MISSING))
    built = build_report(pack, "ko", log.records, finished=True)
    assert built.pack_title == "Fruit 한국어"
    assert built.topics[0].points[0].name == "shape 한국어"
    assert built.topics[0].model_answer == "model pears 한국어"


def test_turns_on_topics_that_the_pack_no_longer_has_are_passed_over(pack: QuestionPack) -> None:
    log = Log().add("cherries", "answer", point("pit", COVERED, "x"))
    log.add("pears", "answer", point("shape", UNSURE, "hm"))
    built = report(pack, log)
    assert [topic.title for topic in built.topics] == ["pears English"]
    assert (built.unsure, built.best_quote) == (1, None)
