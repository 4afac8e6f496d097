"""The verifier's pairs: every point of every answer, each with its verdict."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from engine.contract import Intent
from engine.ports import VERIFIER_CLASSES
from engine.questions import Contrast, QuestionPack
from tests.support.packs import read_small_pack
from training.corpora import SOURCES, AlignedPair
from training.errors import CorpusError
from training.rows import AnswerRow
from training.verifier_pairs import (
    GRADING,
    LICENCES,
    LONGEST_SENTENCE,
    VerifierPair,
    document_pairs,
    inference_pairs,
    pack_pairs,
    read_sentences,
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
    pairs = drawn(pack, [row(labels=labels)])
    own = [pair for pair in pairs if pair.context.startswith(("colour English", "taste English"))]
    assert [pair.label for pair in own[:2]] == classes
    assert all("red" in pair.message for pair in pairs)
    assert {len(pair.context.split(" | ")) for pair in own} == {2, 3}, "one or two right answers"


def drawn(pack: QuestionPack, rows: Sequence[AnswerRow]) -> list[VerifierPair]:
    """Return the pairs of many epochs."""
    return [pair for seed in range(200) for pair in row_pairs(pack, rows, random.Random(seed))]


def test_an_answer_says_nothing_about_another_topic(pack: QuestionPack) -> None:
    pairs = drawn(pack, [row(labels={"covered": ("colour", "taste")})])
    elsewhere = [pair for pair in pairs if not pair.context.startswith(("colour", "taste"))]
    assert 0 < len(elsewhere) < 0.2 * len(pairs)
    assert {pair.label for pair in elsewhere} == {MISSING}


def test_the_same_answer_is_said_in_many_ways(pack: QuestionPack) -> None:
    pairs = drawn(pack, [row(labels={"covered": ("colour",)})])
    assert len({pair.message for pair in pairs}) > 5
    assert len({pair.context for pair in pairs}) > 10


def test_what_is_no_answer_makes_no_pairs(pack: QuestionPack) -> None:
    assert drawn(pack, [row(intent=Intent.HINT)]) == []


def test_the_pack_itself_is_paired_in_all_its_languages(pack: QuestionPack) -> None:
    pairs = list(pack_pairs(pack, random.Random(1)))
    # Four points in two languages, five right and three wrong answers each.
    assert Counter(pair.label for pair in pairs) == {COVERED: 40, WRONG: 24}
    beside = [pair for pair in pairs if pair.message in pair.context.split(" | ")]
    assert {pair.label for pair in beside} == {COVERED}, "only a right answer confirms itself"
    for pair in pairs:
        locale = "ko" if "한국어" in pair.context else "en"
        assert f" {locale} " in pair.message


def test_rewordings_stay_right_and_distortions_are_wrong(pack: QuestionPack) -> None:
    topic = pack.topic("apples")
    point = topic.points[0]
    contrast = Contrast(point.references["en"][0], ("as right",), ("just wrong",))
    points = (replace(point, contrasts={"en": (contrast,)}), *topic.points[1:])
    written = replace(pack, topics=(replace(topic, points=points),))
    pairs = [p for seed in range(40) for p in pack_pairs(written, random.Random(seed))]
    reworded = [pair for pair in pairs if "as right" in pair.message]
    distorted = [pair for pair in pairs if "just wrong" in pair.message]
    assert {pair.label for pair in reworded} == {COVERED}
    assert {pair.label for pair in distorted} == {WRONG}
    beside = [pair for pair in distorted if contrast.reference in pair.context]
    assert 0.3 < len(beside) / len(distorted) < 1


def test_a_sentence_with_a_word_exchanged_is_wrong_and_its_translation_right() -> None:
    aligned = [AlignedPair("손실이 증가한다", "the loss increases")] * 2
    pairs = document_pairs(aligned, 2, random.Random(1))
    assert Counter(pair.label for pair in pairs) == {WRONG: 2, COVERED: 2, MISSING: 2}
    wrong = {pair.message for pair in pairs if pair.label == WRONG}
    assert wrong <= {"손실이 감소한다", "the loss decreases", "the accuracy increases"}


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
