"""The pairs that the answer verifier learns from: general inference first, then this field's rows.

A pair is (context, message, class); the context names an answer point and gives a right answer to
it (`engine.verdicts.verifier_context`), the class says what the message is to it.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract import Intent, VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.questions import QuestionPack
from engine.verdicts import verifier_context
from training.corpora import NLI_SCORES, SOURCES, read_inference
from training.errors import CorpusError
from training.rows import AnswerRow, label_of

GRADING = (Path("grading/beetle_train.csv"), Path("grading/sciEntsBank_train.csv"))
# What a model card has to name.
LICENCES = {
    **{
        name: f"{licence}, {source}" for name, (licence, source) in SOURCES.items() if "nli" in name
    },
    **{file.name: "CC BY-SA 3.0, SemEval-2013 task 7" for file in GRADING},
}
# The labels of the public sets as verdicts: what follows is covered, what contradicts is wrong.
_BY_SCORE = {
    NLI_SCORES["entailment"]: VerdictStatus.COVERED,
    NLI_SCORES["neutral"]: VerdictStatus.MISSING,
    NLI_SCORES["contradiction"]: VerdictStatus.WRONG,
}
_BY_LABEL = {
    "correct": VerdictStatus.COVERED,
    "contradictory": VerdictStatus.WRONG,
    "incorrect": VerdictStatus.MISSING,
}
_COLUMNS = ("reference_answers", "student_answer", "label")
_CLASS = {status: index for index, status in enumerate(VERIFIER_CLASSES)}


@dataclass(frozen=True, slots=True)
class VerifierPair:
    """One training pair.

    Args:
        context: the point with a right answer.
        message: what was said.
        label: index into `VERIFIER_CLASSES`.
    """

    context: str
    message: str
    label: int


def inference_pairs(corpora: Path, chance: random.Random) -> list[VerifierPair]:
    """Return pairs of the public inference and grading sets that lie below a folder.

    Args:
        corpora: has ``korean/`` and ``grading/``.
        chance: picks one reference answer a row.

    Raises:
        CorpusError: a set is missing or has faults.
    """
    return [*_inference(corpora / "korean"), *_graded(corpora, chance)]


def row_pairs(
    pack: QuestionPack, rows: Sequence[AnswerRow], references: int, chance: random.Random
) -> Iterator[VerifierPair]:
    """Yield pairs of labelled answers with randomly drawn right answers of each point.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers; those that are no answers are passed over.
        references: right answers drawn per row and point.
        chance: draws them.
    """
    for row in rows:
        if row.intent is not Intent.ANSWER:
            continue
        for point in pack.topic(row.topic).points:
            label = _CLASS[VerdictStatus(label_of(row, point.id))]
            for reference in chance.sample(point.references[row.locale], references):
                context = verifier_context(point.name[row.locale], reference)
                yield VerifierPair(context, row.answer, label)


def pack_pairs(pack: QuestionPack, chance: random.Random) -> Iterator[VerifierPair]:
    """Yield pairs of the pack's own right and wrong answers."""
    for point in (point for topic in pack for point in topic.points):
        for locale in pack.locales:
            references = point.references[locale]
            for reference in references:
                other = chance.choice([r for r in references if r != reference])
                context = verifier_context(point.name[locale], other)
                yield VerifierPair(context, reference, _CLASS[VerdictStatus.COVERED])
            for wrong in point.wrong[locale]:
                context = verifier_context(point.name[locale], chance.choice(references))
                yield VerifierPair(context, wrong.answer, _CLASS[VerdictStatus.WRONG])


def _inference(folder: Path) -> Iterator[VerifierPair]:
    for pair in read_inference(folder):
        yield VerifierPair(pair.first, pair.second, _CLASS[_BY_SCORE[pair.score]])


def _graded(corpora: Path, chance: random.Random) -> Iterator[VerifierPair]:
    for file in (corpora / name for name in GRADING):
        if not file.exists():
            raise CorpusError(file, "is missing")
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if not {*_COLUMNS} <= {*(reader.fieldnames or ())}:
                raise CorpusError(file, f"the columns {', '.join(_COLUMNS)} are needed", line=1)
            for row in reader:
                yield _graded_pair(row, file, reader.line_num, chance)


def _graded_pair(
    row: Mapping[str, str | None], file: Path, line: int, chance: random.Random
) -> VerifierPair:
    references, message, label = (row[column] for column in _COLUMNS)
    if not references or not message:
        raise CorpusError(file, "an answer is empty", line=line)
    if label not in _BY_LABEL:
        known = ", ".join(_BY_LABEL)
        raise CorpusError(file, f"{label!r} is none of {known}", line=line, column="label")
    return VerifierPair(chance.choice(references.split(" || ")), message, _CLASS[_BY_LABEL[label]])
