"""The answers to unseen questions: readable, of every label, and of nothing that is learnt from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.pack_reader import read_pack
from training.rows import ANSWER_KINDS, RIGHT_KINDS, label_of, normalised, read_answers
from training.unseen_rows import UNSEEN, UnseenAnswers, is_calibrating, read_unseen

DATASET = Path(__file__).resolve().parents[2] / "dataset"
ROWS_A_QUESTION = 9


@pytest.fixture(scope="module")
def unseen() -> UnseenAnswers:
    return read_unseen(DATASET / "splits" / UNSEEN)


def test_every_question_is_answered_rightly_and_wrongly_in_both_languages(
    unseen: UnseenAnswers,
) -> None:
    labels = Counter((row.topic, row.locale, label_of(row, "point")) for row in unseen.rows)
    faults = [
        f"{topic.id} {locale}: {wanted} rows of {label}, {labels[topic.id, locale, label]} found"
        for topic in unseen.pack
        for locale in unseen.pack.locales
        for label, wanted in (("covered", 4), ("partial", 1), ("wrong", 3), ("missing", 1))
        if labels[topic.id, locale, label] != wanted
    ]
    assert faults == []


def test_kinds_go_with_labels(unseen: UnseenAnswers) -> None:
    faults = [
        f"{row.place}: {row.kind} is {label_of(row, 'point')}"
        for row in unseen.rows
        if (row.kind in RIGHT_KINDS) != bool(row.covered)
    ]
    assert faults == []
    assert {row.kind for row in unseen.rows} <= ANSWER_KINDS


def test_nothing_is_learnt_of_these_questions(unseen: UnseenAnswers) -> None:
    pack = read_pack(DATASET / "packs" / "ml-core")
    assert {topic.id for topic in unseen.pack}.isdisjoint(topic.id for topic in pack)
    learnt = {normalised(row.answer) for row in read_answers(DATASET / "splits" / "answers")}
    own = [normalised(row.answer) for row in unseen.rows]
    assert [text for text in own if text in learnt] == []
    assert [text for text, times in Counter(own).items() if times > 1] == []


def test_both_halves_hold_many_questions(unseen: UnseenAnswers) -> None:
    halves = Counter(is_calibrating(topic.id) for topic in unseen.pack)
    assert min(halves.values()) >= 15
