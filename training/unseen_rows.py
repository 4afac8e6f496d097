"""Reads labelled answers to questions that no model learns from, as a pack of their own.

``dataset/splits/unseen.csv`` holds questions of subjects that no pack has, each with its right and
wrong answers and with answers of people. On half of the questions the verdicts about unseen points
are calibrated, and on the other half they are scored; nothing else may be learnt from either.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract import Intent, VerdictStatus
from engine.questions import AnswerPoint, QuestionPack, Topic, TopicKind, WrongAnswer
from training.csv_lines import LOCALES, Line, read_lines
from training.errors import DataError
from training.rows import ANSWER_KINDS, AnswerRow, normalised

UNSEEN = "unseen.csv"
COLUMNS = ("topic", "locale", "question", "references", "wrong", "answer", "label", "kind")
_SEPARATOR = " || "
_LEAST_TEXTS = 2
_POINT = "point"
_LABELS = (
    VerdictStatus.COVERED,
    VerdictStatus.PARTIAL,
    VerdictStatus.WRONG,
    VerdictStatus.MISSING,
)


@dataclass(frozen=True, slots=True)
class UnseenAnswers:
    """Questions of one answer point each, and answers to them.

    Args:
        pack: the questions.
        rows: the answers; the family of a row is its topic.
    """

    pack: QuestionPack
    rows: tuple[AnswerRow, ...]


def is_calibrating(topic: str) -> bool:
    """Whether the answers to a question are there to calibrate on, and not to score."""
    return hashlib.sha256(f"unseen/{topic}".encode()).digest()[0] % 2 == 0


def read_unseen(file: Path) -> UnseenAnswers:
    """Read the file.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    lines: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    rows = []
    for line in read_lines(file, COLUMNS, faults):
        topic, locale = line.filled("topic"), line.locale()
        lines[topic][locale].append(line)
        rows.append(_row(line, topic, locale))
    if not rows and not faults:
        faults.append(f"{file.name}:1: : there are no labelled answers here")
    topics = [_topic(topic, by_locale, file.name, faults) for topic, by_locale in lines.items()]
    if faults:
        raise DataError(tuple(faults))
    title = dict.fromkeys(LOCALES, "unseen")
    pack = QuestionPack(
        id="unseen",
        version="1",
        locales=LOCALES,
        title=title,
        description=title,
        start=topics[0].id,
        topics=tuple(topics),
    )
    return UnseenAnswers(pack, tuple(rows))


def _row(line: Line, topic: str, locale: str) -> AnswerRow:
    label = line.member("label", VerdictStatus, VerdictStatus.UNSURE)
    if label not in _LABELS:
        line.fault("label", f"must be one of {', '.join(_LABELS)}")
    kind = line.filled("kind")
    if kind not in ANSWER_KINDS:
        line.fault("kind", f"{kind!r} is none of {', '.join(sorted(ANSWER_KINDS))}")
    answer = line.filled("answer")
    if normalised(answer) in map(normalised, line.values["references"].split(_SEPARATOR)):
        line.fault("answer", "is one of the references, word for word")
    point = {status: (_POINT,) if status is label else () for status in _LABELS}
    return AnswerRow(
        topic=topic,
        family=topic,
        locale=locale,
        answer=answer,
        intent=Intent.ANSWER,
        covered=point[VerdictStatus.COVERED],
        partial=point[VerdictStatus.PARTIAL],
        wrong=point[VerdictStatus.WRONG],
        kind=kind,
        place=line.place,
    )


def _topic(
    topic: str, by_locale: Mapping[str, Sequence[Line]], file: str, faults: list[str]
) -> Topic:
    for locale in LOCALES:
        if locale not in by_locale:
            faults.append(f"{file}:1: locale: {topic} has no answers in {locale}")
    told = {
        locale: _same(lines, ("question", "references", "wrong"))
        for locale, lines in by_locale.items()
    }
    texts = {
        column: {locale: _texts(by_locale[locale][0], column) for locale in by_locale}
        for column in ("references", "wrong")
    }
    questions = {locale: values["question"] for locale, values in told.items()}
    point = AnswerPoint(
        id=_POINT,
        name=questions,
        references=texts["references"],
        wrong={
            locale: tuple(WrongAnswer(text) for text in wrong)
            for locale, wrong in texts["wrong"].items()
        },
    )
    return Topic(
        id=topic,
        kind=TopicKind.QUESTION,
        level=1,
        next=(),
        title=questions,
        question={locale: (text,) for locale, text in questions.items()},
        points=(point,),
    )


def _same(lines: Sequence[Line], columns: Sequence[str]) -> dict[str, str]:
    """Return the values of a question, which all of its lines must share."""
    for line in lines[1:]:
        for column in columns:
            if line.values[column] != lines[0].values[column]:
                line.fault(column, f"differs from {lines[0].place}, the same question")
    return {column: lines[0].filled(column) for column in columns}


def _texts(line: Line, column: str) -> tuple[str, ...]:
    """Return the texts of a list."""
    texts = tuple(part.strip() for part in line.values[column].split(_SEPARATOR) if part.strip())
    if len(texts) < _LEAST_TEXTS:
        line.fault(column, f"{_LEAST_TEXTS} texts joined by {_SEPARATOR!r} are needed")
    return texts
