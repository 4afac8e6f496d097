"""Reads questions outside of every pack with labelled answers to them, as packs of their own.

Two sets lie below ``dataset/splits``; the layout is described in ``dataset/README.md``:

- ``further/<field>.yaml``, from which the verifier learns to tell answers to any question.
- ``unseen.yaml``, from which no model learns. On half of its questions the verdicts about points
  that nobody learnt of are calibrated, and on the other half they are scored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract import Intent
from engine.questions import AnswerPoint, QuestionPack, Topic, TopicKind, WrongAnswer
from engine.yaml_nodes import Faults, Node, read_yaml
from training.csv_lines import LOCALES
from training.errors import DataError
from training.rows import (
    ANSWER_KINDS,
    PARTIAL_KINDS,
    RIGHT_KINDS,
    WRONG_KINDS,
    AnswerRow,
    normalised,
)

UNSEEN = "unseen.yaml"
FURTHER = "further"
_POINT = "point"
_LEAST_TEXTS = 2
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions of one answer point each, and answers to them.

    Args:
        pack: the questions.
        rows: the answers; the family of a row is its topic, so that splits are drawn by question.
    """

    pack: QuestionPack
    rows: tuple[AnswerRow, ...]


def is_calibrating(topic: str) -> bool:
    """Whether the answers to an unseen question are there to calibrate on, and not to score."""
    return hashlib.sha256(f"unseen/{topic}".encode()).digest()[0] % 2 == 0


def read_unseen(data: Path) -> QuestionSet | None:
    """Read the questions that nothing is learnt from; None where there is no such file.

    Args:
        data: folder of the labelled rows.

    Raises:
        DataError: with every fault of the file.
    """
    file = data / UNSEEN
    return read_question_set("unseen", [file]) if file.exists() else None


def read_further(data: Path) -> QuestionSet | None:
    """Read the questions to learn from beside the pack's; None where there are none.

    Args:
        data: folder of the labelled rows.

    Raises:
        DataError: with every fault of the files.
    """
    files = sorted((data / FURTHER).glob("*.yaml"))
    return read_question_set(FURTHER, files) if files else None


def read_question_set(name: str, files: Sequence[Path]) -> QuestionSet:
    """Read files of questions with answers.

    Args:
        name: of the pack that they become.
        files: one at least.

    Raises:
        DataError: with every fault of the files.
    """
    faults = Faults(files[0].parent)
    topics: dict[str, Topic] = {}
    rows: list[AnswerRow] = []
    for file in files:
        root = read_yaml(file, faults)
        for node in root.items(at_least=1) if root is not None else ():
            topic, answers = _question(node)
            if topic.id in topics:
                node.fault(f"there is a question {topic.id!r} already")
            topics[topic.id] = topic
            rows += answers
    if faults.found:
        raise DataError(tuple(faults.found))
    title = dict.fromkeys(LOCALES, name)
    pack = QuestionPack(
        id=name,
        version="1",
        locales=LOCALES,
        title=title,
        description=title,
        start=next(iter(topics)),
        topics=tuple(topics.values()),
    )
    return QuestionSet(pack, tuple(rows))


def _question(node: Node) -> tuple[Topic, list[AnswerRow]]:
    fields = node.fields(("id", *LOCALES), ())
    topic_id = fields["id"].text() if "id" in fields else ""
    if "id" in fields and not _ID.fullmatch(topic_id):
        fields["id"].fault(f"{topic_id!r} is no slug: lower-case letters, digits and hyphens")
    questions: dict[str, str] = {}
    references: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, tuple[WrongAnswer, ...]] = {}
    rows: list[AnswerRow] = []
    for locale in LOCALES:
        told = fields.get(locale)
        needed = ("question", "references", "wrong", "answers")
        own = told.fields(needed, ()) if told is not None else {}
        if set(own) != set(needed):
            continue
        questions[locale] = own["question"].text()
        references[locale] = own["references"].texts(at_least=_LEAST_TEXTS)
        wrong[locale] = tuple(map(WrongAnswer, own["wrong"].texts(at_least=_LEAST_TEXTS)))
        rows += _answers(own["answers"], topic_id, locale, references[locale])
    point = AnswerPoint(id=_POINT, name=questions, references=references, wrong=wrong)
    topic = Topic(
        id=topic_id,
        kind=TopicKind.QUESTION,
        level=1,
        next=(),
        title=questions,
        question={locale: (text,) for locale, text in questions.items()},
        points=(point,),
    )
    return topic, rows


def _answers(node: Node, topic: str, locale: str, references: Sequence[str]) -> Iterator[AnswerRow]:
    """Yield the answers in one language, which stand under their kinds."""
    known = {normalised(text) for text in references}
    for kind, texts in node.fields((), tuple(sorted(ANSWER_KINDS))).items():
        for item in texts.items(at_least=1):
            answer = item.text()
            if normalised(answer) in known:
                item.fault("is one of the references, or stands here twice, word for word")
            known.add(normalised(answer))
            yield AnswerRow(
                topic=topic,
                family=topic,
                locale=locale,
                answer=answer,
                intent=Intent.ANSWER,
                covered=(_POINT,) if kind in RIGHT_KINDS else (),
                partial=(_POINT,) if kind in PARTIAL_KINDS else (),
                wrong=(_POINT,) if kind in WRONG_KINDS else (),
                kind=kind,
                place=f"{item.file.name}:{item.line}",
            )
