"""Public sets as pairs of the verifier: verdicts for labels, near-misses out of documents."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from engine.ports import VERIFIER_CLASSES
from training.corpora import SOURCES, AlignedPair
from training.errors import CorpusError
from training.public_pairs import (
    GRADING,
    LICENCES,
    LONGEST_SENTENCE,
    document_pairs,
    inference_pairs,
    read_sentences,
)
from training.verifier_pairs import VerifierPair

COVERED, PARTIAL, WRONG, MISSING = range(len(VERIFIER_CLASSES))


def test_a_sentence_made_false_is_coupled_with_a_true_one() -> None:
    aligned = [AlignedPair("손실이 증가한다", "the loss increases")] * 3
    pairs = [p for seed in range(20) for p in document_pairs(aligned, 3, random.Random(seed))]
    assert Counter(pair.label for pair in pairs) == {WRONG: 60, COVERED: 60, MISSING: 60}
    for right, other in zip(pairs[::3], pairs[1::3], strict=True):
        assert (right.label, other.label) == (COVERED, WRONG)
        assert right.couple == other.couple != 0
        assert right.context == other.context
        assert other.message != right.message


def test_a_false_sentence_follows_from_itself_and_the_true_one_does_not() -> None:
    aligned = [AlignedPair("손실이 증가한다", "the loss increases")] * 2
    pairs = [p for seed in range(20) for p in document_pairs(aligned, 2, random.Random(seed))]
    beside_false = [
        p for p in pairs if p.couple and p.context not in {aligned[0].korean, aligned[0].english}
    ]
    assert beside_false
    for pair in beside_false:
        assert (pair.label == COVERED) == (pair.message == pair.context)


def test_only_short_sentences_are_cut_into_near_misses(tmp_path: Path, corpora: Path) -> None:
    corpora.rename(tmp_path / "korean")
    found = read_sentences(tmp_path)
    assert AlignedPair("손실은 모델의 오차야", "the loss is the error of a model") in found
    assert all(len(pair.korean) <= LONGEST_SENTENCE for pair in found)


# Public sets


@pytest.fixture
def grading(tmp_path: Path, corpora: Path) -> Path:
    corpora.rename(tmp_path / "korean")
    for file in GRADING:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["question", "reference_answers", "student_answer", "label"])
            writer.writerow(["why", "it is open || the switch is open", "open", "correct"])
            writer.writerow(["why", "it is open", "closed", "contradictory"])
            writer.writerow(["why", "it is open", "I like it", "incorrect"])
    return tmp_path


def test_public_sets_are_read_as_verdicts(grading: Path) -> None:
    pairs = inference_pairs(grading, random.Random(1))
    assert VerifierPair("손실이 줄었다", "손실이 작아졌다", COVERED) in pairs
    assert VerifierPair("손실이 줄었다", "모델이 크다", MISSING) in pairs
    assert VerifierPair("손실이 줄었다", "손실이 늘었다", WRONG) in pairs
    assert VerifierPair("why | it is open", "closed", WRONG) in pairs
    assert VerifierPair("why | it is open", "I like it", MISSING) in pairs
    shown = {part for p in pairs if p.message == "open" for part in p.context.split(" | ")}
    assert shown == {"why", "it is open", "the switch is open"}
    assert PARTIAL not in {pair.label for pair in pairs}


def test_a_missing_set_is_named(grading: Path) -> None:
    (grading / GRADING[1]).unlink()
    with pytest.raises(CorpusError, match=r"sciEntsBank_train\.csv: is missing"):
        inference_pairs(grading, random.Random(1))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("reference_answers,label\nit is open,correct\n", "line 1: the columns"),
        (
            "question,reference_answers,student_answer,label\n"
            "q,it is open,open,correct\nq,a,b,perhaps\n",
            "line 3, column label: 'perhaps' is none of",
        ),
        ("question,reference_answers,student_answer,label\nq,a,b\n", "line 2"),
    ],
)
def test_a_faulty_set_is_named_with_the_place(grading: Path, content: str, place: str) -> None:
    (grading / GRADING[0]).write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=place):
        inference_pairs(grading, random.Random(1))


def test_every_public_set_is_licensed() -> None:
    assert {file.name for file in GRADING} <= LICENCES.keys()
    assert {name for name in SOURCES if "nli" in name} <= LICENCES.keys()
