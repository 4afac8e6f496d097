"""The shipped labelled rows: well-formed, in keeping with their pack, and fairly dealt out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from training.row_checks import check_answers, check_choices
from training.rows import (
    RIGHT_KINDS,
    WRONG_KINDS,
    AnswerRow,
    ChoiceRow,
    IntentRow,
    Split,
    normalised,
    read_answers,
    read_choices,
    read_intents,
)

DATASET = Path(__file__).parents[2] / "dataset"
SPLITS = DATASET / "splits"
TOO_ALIKE = 0.8


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(DATASET / "packs" / "ml-core")


@pytest.fixture(scope="module")
def answers() -> tuple[AnswerRow, ...]:
    return read_answers(SPLITS / "answers")


@pytest.fixture(scope="module")
def intents() -> tuple[IntentRow, ...]:
    return read_intents(SPLITS / "intents.csv")


@pytest.fixture(scope="module")
def choices() -> tuple[ChoiceRow, ...]:
    return read_choices(SPLITS / "choices.csv")


@dataclass(frozen=True)
class Labelled:
    """A row of any file, as far as likeness goes."""

    group: str
    family: str
    text: str
    split: Split
    place: str

    @property
    def grams(self) -> frozenset[str]:
        letters = normalised(self.text)
        return frozenset(letters[i : i + 3] for i in range(len(letters) - 2)) or frozenset(letters)


def strays(rows: Iterable[Labelled]) -> Iterator[str]:
    """Yield pairs of near-duplicates that lie in different splits."""
    groups: dict[str, list[tuple[Labelled, frozenset[str]]]] = defaultdict(list)
    for row in rows:
        groups[row.group].append((row, row.grams))
    for members in groups.values():
        for i, (one, grams) in enumerate(members):
            for other, others in members[i + 1 :]:
                alike = len(grams & others) > TOO_ALIKE * len(grams | others)
                if alike and one.split != other.split:
                    yield f"{one.place} ({one.split}) {one.text} ~ {other.place} {other.text}"


def test_answers_go_with_their_pack(answers: tuple[AnswerRow, ...], pack: QuestionPack) -> None:
    check_answers(answers, pack)
    assert {row.topic for row in answers} == {topic.id for topic in pack if topic.kind.judged}


def test_choices_go_with_their_pack(choices: tuple[ChoiceRow, ...], pack: QuestionPack) -> None:
    check_choices(choices, pack)
    # Where only one topic may follow there is nothing to choose.
    forks = {topic.id for topic in pack if topic.kind.judged and len(topic.next) > 1}
    assert {row.topic for row in choices} >= forks


def test_every_follower_of_a_fork_is_chosen_by_some_row(choices: tuple[ChoiceRow, ...]) -> None:
    chosen = defaultdict(set)
    for row in choices:
        chosen[row.topic, row.locale].add(row.next_topic)
    assert {place for place, topics in chosen.items() if len(topics) < 2} == set()


def test_near_duplicate_answers_never_lie_in_different_splits(
    answers: tuple[AnswerRow, ...],
) -> None:
    rows = (
        Labelled(f"{r.topic} {r.locale}", r.family, r.answer, r.split, r.place) for r in answers
    )
    assert list(strays(rows)) == []


def test_near_duplicate_messages_never_lie_in_different_splits(
    intents: tuple[IntentRow, ...], choices: tuple[ChoiceRow, ...]
) -> None:
    messages = [Labelled(r.locale, r.family, r.text, r.split, r.place) for r in intents]
    chosen = [
        Labelled(f"{r.topic} {r.locale}", r.family, r.answer, r.split, r.place) for r in choices
    ]
    assert [*strays(messages), *strays(chosen)] == []


def test_every_point_is_covered_and_failed_often_enough_in_both_languages(
    answers: tuple[AnswerRow, ...], pack: QuestionPack
) -> None:
    covered: Counter[tuple[str, str, str]] = Counter()
    failed: Counter[tuple[str, str, str]] = Counter()
    for row in answers:
        for point in pack.topic(row.topic).point_ids:
            hit = point in row.covered
            (covered if hit else failed)[row.topic, point, row.locale] += 1
    wanted = [
        (topic.id, point, locale)
        for topic in pack
        for point in topic.point_ids
        for locale in pack.locales
    ]
    thin = [key for key in wanted if covered[key] < 40 or failed[key] < 40]
    assert thin == []


def test_every_split_holds_covered_rows_of_every_topic_and_rows_of_every_kind(
    answers: tuple[AnswerRow, ...],
) -> None:
    covered = {(row.topic, row.split) for row in answers if row.covered}
    kinds = {(row.kind, row.split) for row in answers}
    splits: tuple[Split, ...] = ("train", "validation", "test")
    wanted = {(topic, split) for topic in {r.topic for r in answers} for split in splits}
    assert wanted - covered == set()
    used = RIGHT_KINDS | WRONG_KINDS | {"partial", "off_topic", "vague", "dont_know"}
    assert {(kind, split) for kind in used for split in splits} - kinds == set()


def test_the_same_message_is_never_labelled_in_two_ways(
    answers: tuple[AnswerRow, ...], intents: tuple[IntentRow, ...]
) -> None:
    known = {(row.locale, normalised(row.text)): row for row in intents}
    contradictions = [
        f"{row.place}: {row.intent} but {known[key].intent} at {known[key].place}"
        for row in answers
        if (key := (row.locale, normalised(row.answer))) in known
        and known[key].intent is not row.intent
    ]
    assert contradictions == []
