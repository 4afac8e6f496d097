"""Draws a report: one summary that fits a screenshot, then the details topic by topic."""

from __future__ import annotations

import re
from typing import Protocol

from bot.interview.report import CREDIT, HINT_PRICE, PointReport, Report, StudyItem, TopicReport
from bot.lines import MARKS, TONES, Line, Section, SectionKind, Tone, quoted, single_line
from engine.contract import VerdictStatus

_BLANK = Line("")
_LONGEST_STUDY_LINE = 160
# A sentence ends at a mark, a space and a new beginning, but not after an abbreviation.
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)[.!?](?=\s+[^\s(a-z])")


class Text(Protocol):
    """Looks a fixed text up, as `Presenter.text` does."""

    def __call__(self, locale: str, key: str, /, **params: object) -> str:
        """Return the text."""


def report_sections(text: Text, locale: str, report: Report) -> tuple[Section, ...]:
    """Return the summary, and one section for each topic asked.

    Args:
        text: looks fixed texts up.
        locale: the language.
        report: what to draw.
    """
    drawing = _Drawing(text, locale)
    topics = enumerate(report.topics, start=1)
    return (
        Section(SectionKind.REPORT, tuple(drawing.summary(report))),
        *(Section(SectionKind.REPORT_TOPIC, tuple(drawing.topic(n, t))) for n, t in topics),
    )


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph."""
    end = _SENTENCE_END.search(text)
    return text[: end.end()] if end else text


class _Drawing:
    """Draws in one language."""

    def __init__(self, text: Text, locale: str) -> None:
        self._look_up = text
        self._locale = locale

    def summary(self, report: Report) -> list[Line]:
        """Return the message that one can screenshot."""
        key = "report.title" if report.finished else "report.title_so_far"
        lines = [Line(self._text(key, pack=report.pack_title), Tone.TITLE)]
        if report.score is None:
            return [*lines, Line(self._text("report.nothing_asked"))]
        lines += [*self._score(report, report.score), _BLANK, *self._habits(report)]
        if report.best_quote and report.best_quote_point:
            quote = quoted(report.best_quote)
            best = self._text("report.best", point=report.best_quote_point, quote=quote)
            lines.append(Line(best, Tone.GOOD))
        if report.study:
            lines += [_BLANK, Line(self._text("report.study", count=len(report.study)), Tone.TITLE)]
            for number, item in enumerate(report.study, start=1):
                lines += self._study(number, item)
        return [*lines, _BLANK, Line(self._text("report.fallible"), Tone.MUTED)]

    def topic(self, number: int, topic: TopicReport) -> list[Line]:
        """Return the details of one topic."""
        about = [self._text("report.topic_hints", count=topic.hints)] if topic.hints else []
        about += [self._text("report.topic_dont_know")] if topic.dont_know else []
        about += [self._text("report.topic_skipped")] if topic.skipped else []
        if topic.seconds is not None:
            about.append(self._text("report.topic_seconds", seconds=round(topic.seconds)))
        lines = [Line(f"{number}. {topic.title}", Tone.TITLE)]
        lines += [Line(" · ".join(about), Tone.MUTED, 1)] if about else []
        lines += [self._point(point) for point in topic.points]
        if topic.model_answer:
            lines.append(Line(self._text("model_answer.text", text=topic.model_answer), indent=1))
        return lines

    def _score(self, report: Report, score: int) -> list[Line]:
        counts = {
            VerdictStatus.COVERED: report.covered,
            VerdictStatus.PARTIAL: report.partial,
            VerdictStatus.UNSURE: report.unsure,
            VerdictStatus.WRONG: report.wrong,
            VerdictStatus.MISSING: report.missing,
        }
        shown = (f"{MARKS[s]} {self._status(s)} {n}" for s, n in counts.items() if n)
        formula = self._text(
            "report.formula",
            count=sum(counts.values()),
            partial=CREDIT[VerdictStatus.PARTIAL],
            hint=HINT_PRICE,
        )
        return [
            Line(self._text("report.score", score=score), Tone.TITLE),
            Line(" · ".join(shown)),
            Line(formula, Tone.MUTED),
        ]

    def _habits(self, report: Report) -> list[Line]:
        """Return what was counted besides the verdicts."""
        asked = self._text("report.asked", count=len(report.topics))
        helped = self._text(
            "report.helped", hints=report.hints, dont_knows=report.dont_knows, skips=report.skips
        )
        if report.minutes < 1:
            time = self._text("report.seconds", count=round(60 * report.minutes))
        else:
            time = self._text("report.minutes", count=round(report.minutes))
        lines = [Line(f"{asked} · {time}"), Line(helped)]
        if report.hedged:
            hedged = self._text("report.hedged", count=report.hedged)
            if report.hedged_right:
                hedged += " " + self._text("report.hedged_right", count=report.hedged_right)
            lines.append(Line(hedged))
        return lines

    def _study(self, number: int, item: StudyItem) -> list[Line]:
        why = single_line(first_sentence(item.line), _LONGEST_STUDY_LINE)
        lines = [Line(f"{number}. {item.title} — {why}", indent=1)]
        if item.source_title:
            source = self._text("model_answer.source", title=item.source_title, url=item.source_url)
            lines.append(Line(source.strip(), Tone.MUTED, 2))
        return lines

    def _point(self, point: PointReport) -> Line:
        words = f" — {quoted(point.evidence)}" if point.evidence else ""
        notes = [self._status(point.status)] if point.status is VerdictStatus.UNSURE else []
        notes += [self._text("report.disputed")] if point.disputed else []
        note = f" ({', '.join(notes)})" if notes else ""
        return Line(f"{MARKS[point.status]} {point.name}{note}{words}", TONES[point.status], 1)

    def _status(self, status: VerdictStatus) -> str:
        return self._text(f"verdict.{status.value}")

    def _text(self, key: str, /, **params: object) -> str:
        return self._look_up(self._locale, key, **params)
