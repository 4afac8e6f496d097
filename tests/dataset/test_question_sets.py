"""The questions outside of every pack: of every label, and none learnt from that shall not be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.pack_reader import read_pack
from training.question_sets import QuestionSet, is_calibrating, read_further, read_unseen
from training.row_checks import check_splits
from training.rows import label_of, normalised, read_answers

DATASET = Path(__file__).resolve().parents[2] / "dataset"
LABELS = ("covered", "partial", "wrong", "missing")


@pytest.fixture(scope="module")
def unseen() -> QuestionSet:
    found = read_unseen(DATASET / "splits")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def further() -> QuestionSet:
    found = read_further(DATASET / "splits")
    assert found is not None
    return found


def missing_answers(of: QuestionSet, *amounts: int) -> list[str]:
    """Return the questions that have fewer answers of a label than that in a language."""
    labels = Counter((row.topic, row.locale, label_of(row, "point")) for row in of.rows)
    return [
        f"{topic.id} {locale}: {wanted} rows of {label}, {labels[topic.id, locale, label]} found"
        for topic in of.pack
        for locale in of.pack.locales
        for label, wanted in zip(LABELS, amounts, strict=True)
        if labels[topic.id, locale, label] < wanted
    ]


def test_every_question_is_answered_rightly_and_wrongly_in_both_languages(
    unseen: QuestionSet, further: QuestionSet
) -> None:
    assert missing_answers(unseen, 4, 1, 3, 1) == []
    assert missing_answers(further, 5, 1, 5, 1) == []


def test_nothing_is_learnt_of_unseen_questions(unseen: QuestionSet, further: QuestionSet) -> None:
    pack = read_pack(DATASET / "packs" / "ml-core")
    known = {topic.id for of in (pack, further.pack) for topic in of}
    assert {topic.id for topic in unseen.pack}.isdisjoint(known)
    answers = (*read_answers(DATASET / "splits" / "answers"), *further.rows)
    learnt = {normalised(row.answer) for row in answers}
    own = [normalised(row.answer) for row in unseen.rows]
    assert [text for text in own if text in learnt] == []
    assert [text for text, times in Counter(own).items() if times > 1] == []


def test_further_questions_are_none_of_the_packs(further: QuestionSet) -> None:
    pack = read_pack(DATASET / "packs" / "ml-core")
    assert {topic.id for topic in further.pack}.isdisjoint(topic.id for topic in pack)
    texts = Counter((row.locale, normalised(row.answer)) for row in further.rows)
    assert [text for (_, text), times in texts.items() if times > 1] == []


def test_both_halves_and_all_splits_hold_many_questions(
    unseen: QuestionSet, further: QuestionSet
) -> None:
    halves = Counter(is_calibrating(topic.id) for topic in unseen.pack)
    assert min(halves.values()) >= 15
    check_splits(further.rows, "further")
    splits = Counter(split for _, split in {(row.topic, row.split) for row in further.rows})
    assert min(splits.values()) >= 15


def test_no_single_word_gives_the_label_away(further: QuestionSet) -> None:
    denied = Counter[str]()
    said = Counter[str]()
    for row in further.rows:
        label = label_of(row, "point")
        said[label] += 1
        words = row.answer.casefold().split()
        denied[label] += any(
            word in {"not", "never", "no", "without", "안", "않고"} or "n't" in word or "않" in word
            for word in words
        )
    share = {label: denied[label] / said[label] for label in ("covered", "wrong")}
    assert 0.6 < share["wrong"] / share["covered"] < 1.6
