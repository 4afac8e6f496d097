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
from engine.questions import AnswerPoint, QuestionPack, Topic
from engine.verdicts import REFERENCES_SHOWN, verifier_context
from training.corpora import (
    ALIGNED_DOCS,
    NLI_SCORES,
    SOURCES,
    AlignedPair,
    read_aligned_docs,
    read_inference,
)
from training.errors import CorpusError
from training.exchanged_words import exchanged
from training.rows import AnswerRow, label_of
from training.voicing import voiced

GRADING = (Path("grading/beetle_train.csv"), Path("grading/sciEntsBank_train.csv"))
# What a model card has to name.
LICENCES = {
    **{
        name: f"{licence}, {source}"
        for name, (licence, source) in SOURCES.items()
        if "nli" in name or name == ALIGNED_DOCS
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
_COLUMNS = ("question", "reference_answers", "student_answer", "label")
# Shares of answers that are also paired with a point of another topic, and of right answers that
# are taken from the other language.
ELSEWHERE = 0.1
OTHER_LANGUAGE = 0.1
LONGEST_SENTENCE = 160
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
    pack: QuestionPack, rows: Sequence[AnswerRow], chance: random.Random
) -> Iterator[VerifierPair]:
    """Yield a pair for every point of each answer, with a right answer drawn at random.

    Now and then an answer is paired with a point of another topic, which it says nothing about.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers; those that are no answers are passed over.
        chance: draws.
    """
    judged = [topic for topic in pack if topic.kind.judged]
    for row in rows:
        if row.intent is not Intent.ANSWER:
            continue
        topic = pack.topic(row.topic)
        message = voiced(row.answer, row.locale, topic.subject, chance)
        for point in topic.points:
            label = _CLASS[VerdictStatus(label_of(row, point.id))]
            yield VerifierPair(_context(point, row.locale, chance), message, label)
        if chance.random() < ELSEWHERE:
            other = chance.choice(judged)
            if other is not topic:
                context = _context(chance.choice(other.points), row.locale, chance)
                yield VerifierPair(context, message, _CLASS[VerdictStatus.MISSING])


def pack_pairs(pack: QuestionPack, chance: random.Random) -> Iterator[VerifierPair]:
    """Yield pairs of the pack's own answers: right, reworded, distorted and wrong ones."""
    for topic, point, locale in _points(pack):
        answers = [(text, VerdictStatus.COVERED) for text in point.references[locale]]
        answers += [(wrong.answer, VerdictStatus.WRONG) for wrong in point.wrong[locale]]
        for text, status in answers:
            # Half beside themselves: what is nearest to a right answer is not always a near-miss.
            itself = status is VerdictStatus.COVERED and chance.random() < 0.5
            context = (
                verifier_context(point.name[locale], _beside(text, point, locale, chance))
                if itself
                else _context(point, locale, chance, but=text)
            )
            message = voiced(text, locale, topic.subject, chance)
            yield VerifierPair(context, message, _CLASS[status])
        for contrast in point.contrasts.get(locale, ()):
            said = [(text, VerdictStatus.COVERED) for text in contrast.rewordings]
            said += [(text, VerdictStatus.WRONG) for text in contrast.distortions]
            for text, status in said:
                # Half of them beside the very answer that they differ from by a word.
                context = (
                    verifier_context(
                        point.name[locale], _beside(contrast.reference, point, locale, chance)
                    )
                    if chance.random() < 0.5
                    else _context(point, locale, chance, but=text)
                )
                message = voiced(text, locale, topic.subject, chance)
                yield VerifierPair(context, message, _CLASS[status])


def read_sentences(corpora: Path) -> list[AlignedPair]:
    """Return the short aligned texts about machine learning that lie below a folder.

    Raises:
        CorpusError: the set is missing or has faults.
    """
    return [
        pair
        for pair in read_aligned_docs(corpora / "korean")
        if len(pair.korean) <= LONGEST_SENTENCE and len(pair.english) <= 2 * LONGEST_SENTENCE
    ]


def document_pairs(
    aligned: Sequence[AlignedPair], amount: int, chance: random.Random
) -> list[VerifierPair]:
    """Return pairs of machine-learning sentences: a word exchanged, translated, unrelated.

    Args:
        aligned: Korean sentences with their English.
        amount: how many to start from; each gives up to three pairs.
        chance: draws.
    """
    found = []
    for pair in chance.sample(list(aligned), min(amount, len(aligned))):
        text, translation = chance.choice(
            [(pair.korean, pair.english), (pair.english, pair.korean)]
        )
        false = exchanged(text, chance)
        if false is None:
            continue
        # Against the sentence itself, or across languages against its translation.
        beside = chance.choice([text, text, translation])
        found.append(VerifierPair(beside, false, _CLASS[VerdictStatus.WRONG]))
        found.append(VerifierPair(translation, text, _CLASS[VerdictStatus.COVERED]))
        other = chance.choice(aligned)
        elsewhere = other.korean if text is pair.korean else other.english
        found.append(VerifierPair(text, elsewhere, _CLASS[VerdictStatus.MISSING]))
    return found


def _points(pack: QuestionPack) -> Iterator[tuple[Topic, AnswerPoint, str]]:
    for topic in pack:
        for point in topic.points:
            for locale in pack.locales:
                yield topic, point, locale


def _context(point: AnswerPoint, locale: str, chance: random.Random, but: str = "") -> str:
    """Return the point with right answers, or rewordings of them, none of them this one."""
    contrasts = point.contrasts.get(locale, ())
    known = [*point.references[locale], *(text for c in contrasts for text in c.rewordings)]
    if chance.random() < OTHER_LANGUAGE:
        known = [text for texts in point.references.values() for text in texts]
    shown = chance.sample([text for text in known if text != but], _shown(chance))
    return verifier_context(point.name[locale], shown)


def _beside(text: str, point: AnswerPoint, locale: str, chance: random.Random) -> list[str]:
    """Return this right answer, mostly with another one, in either order."""
    others = [other for other in point.references[locale] if other != text]
    shown = [text, *chance.sample(others, min(len(others), _shown(chance) - 1))]
    chance.shuffle(shown)
    return shown


def _shown(chance: random.Random) -> int:
    """Return how many right answers to show: mostly as many as in serving, sometimes one."""
    return 1 if chance.random() < 0.25 else REFERENCES_SHOWN


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
    question, references, message, label = (row[column] for column in _COLUMNS)
    if not question or not references or not message:
        raise CorpusError(file, "an answer is empty", line=line)
    if label not in _BY_LABEL:
        labels = ", ".join(_BY_LABEL)
        raise CorpusError(file, f"{label!r} is none of {labels}", line=line, column="label")
    known = references.split(" || ")
    shown = chance.sample(known, min(len(known), _shown(chance)))
    return VerifierPair(verifier_context(question, shown), message, _CLASS[_BY_LABEL[label]])
