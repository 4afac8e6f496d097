"""The report of an interview, rebuilt from its turn log alone.

Score = 100 × credit ÷ points asked, where a covered point earns 1 and a partial one 0.5, less 0.1
for every hint taken on its topic (never below 0 for a point). Only judged topics count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.contract import Intent, PointVerdict, VerdictStatus
from engine.questions import QuestionPack, Topic

HINT_PRICE = 0.1
MAX_HINTS = 3
STUDY_ITEMS = 3
_COVERED = VerdictStatus.COVERED
CREDIT: Mapping[VerdictStatus, float] = {_COVERED: 1.0, VerdictStatus.PARTIAL: 0.5}

# Which verdict stands for a point when several turns were spent on it: the best one.
_RANK = (
    VerdictStatus.MISSING,
    VerdictStatus.WRONG,
    VerdictStatus.UNSURE,
    VerdictStatus.PARTIAL,
    VerdictStatus.COVERED,
)


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One line of the append-only turn log.

    Args:
        turn: number of the turn in its interview.
        event_id: the inbound event that it answers.
        topic_id: the topic that the message replied to.
        question: the question as asked.
        text: what the user wrote.
        intent: an `Intent`, or the action that was asked for.
        verdicts: what the engine judged.
        hedge: the user's hedging words, if any.
        next_topic: the topic asked next, if any.
        utterance: what the interviewer said.
        asked_at, answered_at: when the question was put and when the reply arrived.
        timings_ms: milliseconds per stage.
        disputes: the turn that is disagreed with; older logs leave it out and mean the last one.
    """

    turn: int
    event_id: str
    topic_id: str
    question: str
    text: str
    intent: str
    verdicts: tuple[PointVerdict, ...]
    hedge: str | None
    next_topic: str | None
    utterance: str
    asked_at: datetime
    answered_at: datetime
    timings_ms: Mapping[str, float] = field(default_factory=dict, compare=False)
    disputes: int | None = None


@dataclass(frozen=True, slots=True)
class PointReport:
    """How one answer point went, with the user's own words."""

    name: str
    status: VerdictStatus
    evidence: str | None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class TopicReport:
    """How one topic went.

    Args:
        title: the topic's title.
        points: how each answer point went.
        model_answer: shown where something was missed, once the question is left.
        hints: hints taken.
        skipped, dont_know: whether the user skipped, or said that they did not know.
        seconds: mean time per answer, None where there was none.
    """

    title: str
    points: tuple[PointReport, ...]
    model_answer: str | None
    hints: int
    skipped: bool
    dont_know: bool
    seconds: float | None


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One thing to study next, with a line on it and where to read more."""

    title: str
    line: str
    source_title: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Report:
    """An interview in numbers and quotes.

    Args:
        pack_title: the pack's title.
        topics: judged topics, in the order asked.
        score: 0 to 100; None where nothing was asked.
        covered, partial, wrong, unsure, missing: answer points by final verdict.
        hints: hints taken in all.
        dont_knows, skips: questions left that way.
        hedged: answers with a hedge; `hedged_right`: of those, how many were nevertheless right.
        best_quote: the best sentence of the user, if one earned a point.
        best_quote_point: the point that it earned.
        study: at most three things to study next.
        minutes: spent between questions and answers.
        finished: whether the interview is over, by reaching its end or by being stopped.
    """

    pack_title: str
    topics: tuple[TopicReport, ...]
    score: int | None
    covered: int
    partial: int
    wrong: int
    unsure: int
    missing: int
    hints: int
    dont_knows: int
    skips: int
    hedged: int
    hedged_right: int
    best_quote: str | None
    best_quote_point: str | None
    study: tuple[StudyItem, ...]
    minutes: float
    finished: bool


def build_report(
    pack: QuestionPack,
    locale: str,
    records: Iterable[TurnRecord],
    *,
    finished: bool,
    standing: str | None = None,
) -> Report:
    """Build the report from the turn log.

    Args:
        pack: the pack that the interview ran on.
        locale: the language of titles and answers.
        records: the whole log of one interview, oldest first.
        finished: whether the interview is over.
        standing: topic whose question still waits for an answer; its own is not given away.
    """
    log = tuple(records)
    judged = [r for r in log if r.topic_id in pack and pack.topic(r.topic_id).kind.judged]
    by_topic: dict[str, list[TurnRecord]] = {}
    for record in judged:
        by_topic.setdefault(record.topic_id, []).append(record)
    topics = [(pack.topic(t), tuple(r)) for t, r in by_topic.items() if _was_answered(r)]
    reports = tuple(
        _topic_report(topic, records, locale, given_away=topic.id != standing)
        for topic, records in topics
    )
    statuses = [point.status for report in reports for point in report.points]
    hedged = [record for record in judged if record.hedge]
    best = _best_verdict(judged)
    return Report(
        pack_title=pack.title[locale],
        topics=reports,
        score=_score(reports),
        covered=statuses.count(VerdictStatus.COVERED),
        partial=statuses.count(VerdictStatus.PARTIAL),
        wrong=statuses.count(VerdictStatus.WRONG),
        unsure=statuses.count(VerdictStatus.UNSURE),
        missing=statuses.count(VerdictStatus.MISSING),
        hints=sum(report.hints for report in reports),
        dont_knows=sum(record.intent == Intent.DONT_KNOW for record in judged),
        skips=sum(record.intent == Intent.SKIP for record in judged),
        hedged=len(hedged),
        hedged_right=sum(any(v.status is _COVERED for v in r.verdicts) for r in hedged),
        best_quote=best[1].evidence if best else None,
        best_quote_point=pack.topic(best[0]).point(best[1].point_id).name[locale] if best else None,
        study=_study(topics, reports, locale),
        minutes=_minutes(log),
        finished=finished,
    )


def _was_answered(records: Iterable[TurnRecord]) -> bool:
    """Whether the user did anything with the question but hear it."""
    return any(r.intent in (Intent.ANSWER, Intent.DONT_KNOW, Intent.SKIP) for r in records)


def _topic_report(
    topic: Topic, records: tuple[TurnRecord, ...], locale: str, *, given_away: bool
) -> TopicReport:
    points = tuple(_point_report(topic, point_id, records, locale) for point_id in topic.point_ids)
    answers = [r for r in records if r.intent == Intent.ANSWER]
    seconds = [(r.answered_at - r.asked_at).total_seconds() for r in answers]
    complete = all(point.status is VerdictStatus.COVERED for point in points)
    return TopicReport(
        title=topic.title[locale],
        points=points,
        model_answer=topic.model_answer[locale] if given_away and not complete else None,
        # Asking once more when all hints are given brings none, and costs nothing.
        hints=min(sum(r.intent == Intent.HINT for r in records), MAX_HINTS),
        skipped=any(r.intent == Intent.SKIP for r in records),
        dont_know=any(r.intent == Intent.DONT_KNOW for r in records),
        seconds=sum(seconds) / len(seconds) if seconds else None,
    )


def _point_report(
    topic: Topic, point_id: str, records: tuple[TurnRecord, ...], locale: str
) -> PointReport:
    verdicts = [v for r in records for v in r.verdicts if v.point_id == point_id]
    best = max(verdicts, key=lambda v: _RANK.index(v.status), default=None)
    return PointReport(
        name=topic.point(point_id).name[locale],
        status=best.status if best else VerdictStatus.MISSING,
        evidence=best.evidence if best else None,
        disputed=point_id in _disputed(records),
    )


def _disputed(records: tuple[TurnRecord, ...]) -> set[str]:
    """Return the points whose verdicts the user disagreed with."""
    found: set[str] = set()
    judged: dict[int | None, tuple[PointVerdict, ...]] = {None: ()}
    for record in records:
        if record.intent == "disagree":
            found.update(verdict.point_id for verdict in judged.get(record.disputes, ()))
        elif record.verdicts:
            judged[record.turn] = judged[None] = record.verdicts
    return found


def _score(reports: tuple[TopicReport, ...]) -> int | None:
    credits = [
        max(0.0, CREDIT[point.status] - HINT_PRICE * report.hints) if point.status in CREDIT else 0
        for report in reports
        for point in report.points
    ]
    return round(100 * sum(credits) / len(credits)) if credits else None


def _best_verdict(log: Iterable[TurnRecord]) -> tuple[str, PointVerdict] | None:
    """Return the most certain covered verdict that has words to quote."""
    covered = [
        (record.topic_id, verdict)
        for record in log
        for verdict in record.verdicts
        if verdict.status is VerdictStatus.COVERED and verdict.evidence
    ]
    return max(covered, key=lambda pair: pair[1].probability, default=None)


def _study(
    topics: list[tuple[Topic, tuple[TurnRecord, ...]]],
    reports: tuple[TopicReport, ...],
    locale: str,
) -> tuple[StudyItem, ...]:
    """Return the topics with the least credit, worst first; wrong weighs more than missing."""
    weight = {VerdictStatus.WRONG: 1.5, VerdictStatus.COVERED: 0.0, VerdictStatus.PARTIAL: 0.5}

    def need(report: TopicReport) -> float:
        total = sum(weight.get(point.status, 1.0) for point in report.points)
        return total / len(report.points) + HINT_PRICE * report.hints

    lacking = [p for p in zip(topics, reports, strict=True) if p[1].model_answer is not None]
    ranked = sorted(lacking, key=lambda pair: -need(pair[1]))
    return tuple(
        StudyItem(
            title=report.title,
            line=topic.explanation[locale],
            source_title=topic.source.title if topic.source else "",
            source_url=topic.source.url if topic.source else "",
        )
        for (topic, _), report in ranked[:STUDY_ITEMS]
    )


def _minutes(log: tuple[TurnRecord, ...]) -> float:
    """Return the time spent answering; pauses between sittings do not count."""
    # A hint does not put the question anew: what follows it counts from the same moment.
    until = {r.asked_at: r.answered_at for r in log}
    return sum((end - asked).total_seconds() for asked, end in until.items()) / 60
