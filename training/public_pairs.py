"""Pairs of public sets that the answer verifier learns general inference from.

Inference and grading sets as they are, and sentences of documents about machine learning of which
a word is exchanged.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.contract import VerdictStatus
from engine.verdicts import verifier_context
from training.corpora import (
    ALIGNED_DOCS,
    NLI_SCORES,
    SOURCES,
    AlignedPair,
    read_aligned_docs,
    read_inference,
)
from training.errors import CorpusError
from training.near_misses import near_miss
from training.verifier_pairs import CLASS, VerifierPair, couple, shown_references

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
LONGEST_SENTENCE = 160
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


def inference_pairs(corpora: Path, chance: random.Random) -> list[VerifierPair]:
    """Return pairs of the public inference and grading sets that lie below a folder.

    Args:
        corpora: has ``korean/`` and ``grading/``.
        chance: picks one reference answer a row.

    Raises:
        CorpusError: a set is missing or has faults.
    """
    return [*_inference(corpora / "korean"), *_graded(corpora, chance)]


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
    found: list[VerifierPair] = []
    for pair in chance.sample(list(aligned), min(amount, len(aligned))):
        text, translation = chance.choice(
            [(pair.korean, pair.english), (pair.english, pair.korean)]
        )
        false = near_miss(text, chance)
        if false is None:
            continue
        # Against the sentence itself, against its translation, or the other way round, so that
        # it is no sign of a false one that it denies something.
        beside, right, wrong = chance.choice(
            [(text, translation, false), (translation, text, false), (false, false, text)]
        )
        found += couple(
            VerifierPair(beside, right, CLASS[VerdictStatus.COVERED]),
            VerifierPair(beside, wrong, CLASS[VerdictStatus.WRONG]),
            chance,
        )
        other = chance.choice(aligned)
        elsewhere = other.korean if text is pair.korean else other.english
        found.append(VerifierPair(text, elsewhere, CLASS[VerdictStatus.MISSING]))
    return found


def _inference(folder: Path) -> Iterator[VerifierPair]:
    for pair in read_inference(folder):
        yield VerifierPair(pair.first, pair.second, CLASS[_BY_SCORE[pair.score]])


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
    shown = chance.sample(known, min(len(known), shown_references(chance)))
    return VerifierPair(verifier_context(question, shown), message, CLASS[_BY_LABEL[label]])
