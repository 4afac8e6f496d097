"""The verifier's pairs: every point of every answer, each with its verdict."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from engine.contract import Intent
from engine.ports import VERIFIER_CLASSES
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from training.corpora import SOURCES
from training.errors import CorpusError
from training.rows import AnswerRow
from training.verifier_pairs import (
    GRADING,
    LICENCES,
    VerifierPair,
    inference_pairs,
    pack_pairs,
    row_pairs,
)

Labels: TypeAlias = Mapping[str, tuple[str, ...]]

COVERED, PARTIAL, WRONG, MISSING = range(len(VERIFIER_CLASSES))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


def row(intent: Intent = Intent.ANSWER, labels: Labels | None = None) -> AnswerRow:
    given = labels or {}
    return AnswerRow(
        topic="apples",
        family="f",
        locale="en",
        answer="red",
        intent=intent,
        covered=given.get("covered", ()),
        partial=given.get("partial", ()),
        wrong=given.get("wrong", ()),
        kind="multi",
    )


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ({"covered": ("colour",)}, [COVERED, MISSING]),
        ({"partial": ("taste",)}, [MISSING, PARTIAL]),
        ({"covered": ("colour",), "wrong": ("taste",)}, [COVERED, WRONG]),
    ],
)
def test_an_answer_is_paired_with_every_point_of_its_topic(
    pack: QuestionPack, labels: Labels, classes: list[int]
) -> None:
    pairs = list(row_pairs(pack, [row(labels=labels)], 1, random.Random(1)))
    assert [pair.label for pair in pairs] == classes
    assert {pair.message for pair in pairs} == {"red"}
    assert pairs[0].context.startswith("colour English: right colour en ")
    assert pairs[1].context.startswith("taste English: right taste en ")


def test_so_many_different_right_answers_are_drawn(pack: QuestionPack) -> None:
    pairs = list(row_pairs(pack, [row(labels={"covered": ("colour",)})], 3, random.Random(1)))
    assert len({pair.context for pair in pairs}) == len(pairs) == 6


def test_what_is_no_answer_makes_no_pairs(pack: QuestionPack) -> None:
    assert list(row_pairs(pack, [row(intent=Intent.HINT)], 1, random.Random(1))) == []


def test_the_pack_itself_is_paired_in_all_its_languages(pack: QuestionPack) -> None:
    pairs = list(pack_pairs(pack, random.Random(1)))
    # Four points in two languages, five right and three wrong answers each.
    assert Counter(pair.label for pair in pairs) == {COVERED: 40, WRONG: 24}
    for pair in pairs:
        assert not pair.context.endswith(pair.message), "a text says nothing about itself"
        locale = "ko" if "한국어" in pair.context else "en"
        assert f" {locale} " in pair.message


# Public sets


@pytest.fixture
def grading(tmp_path: Path, corpora: Path) -> Path:
    corpora.rename(tmp_path / "korean")
    for file in GRADING:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["reference_answers", "student_answer", "label"])
            writer.writerow(["it is open || the switch is open", "open", "correct"])
            writer.writerow(["it is open", "closed", "contradictory"])
            writer.writerow(["it is open", "I like it", "incorrect"])
    return tmp_path


def test_public_sets_are_read_as_verdicts(grading: Path) -> None:
    pairs = inference_pairs(grading, random.Random(1))
    assert VerifierPair("손실이 줄었다", "손실이 작아졌다", COVERED) in pairs
    assert VerifierPair("손실이 줄었다", "모델이 크다", MISSING) in pairs
    assert VerifierPair("손실이 줄었다", "손실이 늘었다", WRONG) in pairs
    assert VerifierPair("it is open", "closed", WRONG) in pairs
    assert VerifierPair("it is open", "I like it", MISSING) in pairs
    assert {p.context for p in pairs if p.message == "open"} <= {
        "it is open",
        "the switch is open",
    }
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
            "reference_answers,student_answer,label\nit is open,open,correct\na,b,perhaps\n",
            "line 3, column label: 'perhaps' is none of",
        ),
        ("reference_answers,student_answer,label\na,b\n", "line 2"),
    ],
)
def test_a_faulty_set_is_named_with_the_place(grading: Path, content: str, place: str) -> None:
    (grading / GRADING[0]).write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=place):
        inference_pairs(grading, random.Random(1))


def test_every_public_set_is_licensed() -> None:
    assert {file.name for file in GRADING} <= LICENCES.keys()
    assert {name for name in SOURCES if "nli" in name} <= LICENCES.keys()
