"""The shipped utterances may be said, cover every way through the pack, and are fairly dealt."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.outcomes import Outcome
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from tests.dataset.test_splits import Labelled, strays
from training.held_out_prompts import held_out_prompts
from training.utterance_rows import (
    UtteranceRow,
    check_utterances,
    read_utterances,
)

DATASET = Path(__file__).parents[2] / "dataset"
VARIANTS = 5
# As many prompts as the reference test set has.
HELD_OUT = 81


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(DATASET / "packs" / "ml-core")


@pytest.fixture(scope="module")
def rows() -> tuple[UtteranceRow, ...]:
    return read_utterances(DATASET / "utterances")


def test_utterances_may_be_said_and_go_with_their_pack(
    rows: tuple[UtteranceRow, ...], pack: QuestionPack
) -> None:
    check_utterances(rows, pack)


def test_every_way_from_topic_to_topic_has_variants_in_both_languages(
    rows: tuple[UtteranceRow, ...], pack: QuestionPack
) -> None:
    moves = Counter((row.topic, row.next_topic, row.locale) for row in rows)
    wanted = [
        (topic.id, following, locale)
        for topic in pack
        for following in topic.next
        for locale in pack.locales
    ]
    assert [move for move in wanted if moves[move] < VARIANTS] == []


def test_every_outcome_is_answered_in_both_languages(
    rows: tuple[UtteranceRow, ...], pack: QuestionPack
) -> None:
    found = {(row.outcome, row.locale) for row in rows}
    assert {(outcome, locale) for outcome in Outcome for locale in pack.locales} == found


def test_nothing_is_said_twice(rows: tuple[UtteranceRow, ...]) -> None:
    said = Counter(row.utterance for row in rows)
    assert [text for text, times in said.items() if times > 1] == []


def test_near_duplicates_never_lie_in_different_splits(rows: tuple[UtteranceRow, ...]) -> None:
    said = (
        Labelled(f"{r.topic} {r.locale}", r.family, r.utterance, r.split, r.place) for r in rows
    )
    assert list(strays(said)) == []


def test_the_voice_is_measured_on_every_outcome_and_most_topics(
    rows: tuple[UtteranceRow, ...], pack: QuestionPack
) -> None:
    drawn = held_out_prompts(rows)
    for locale in pack.locales:
        prompts = [row for row in drawn if row.locale == locale]
        assert len(prompts) >= HELD_OUT
        assert {row.outcome for row in prompts} == set(Outcome)
        assert len({row.topic for row in prompts}) >= len(pack.topics) * 0.85
    turns = {(row.locale, row.question, row.answer, row.next_topic) for row in drawn}
    assert len(turns) == len(drawn)
