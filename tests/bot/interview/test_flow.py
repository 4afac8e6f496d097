"""Which topics may come next: level and length cut the graph, detours never cut it short."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.interview.flow import Length, Level, eligible, legal_next, total_topics
from engine.pack_reader import read_pack
from engine.questions import QuestionPack, TopicKind
from tests.support.packs import SHIPPED, read_small_pack, small_pack, write_pack


@pytest.fixture(scope="module")
def ml_core() -> QuestionPack:
    return read_pack(SHIPPED / "ml-core")


@pytest.fixture(scope="module")
def fruit(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    folder: Path = tmp_path_factory.mktemp("fruit")
    return read_small_pack(folder)


def senior_next(pack: QuestionPack, current: str, *asked: str) -> tuple[str, ...]:
    return legal_next(pack, current, (*asked, current), Level.SENIOR, Length.FULL)


def test_the_graph_is_followed_default_first(fruit: QuestionPack) -> None:
    assert senior_next(fruit, "hello") == ("apples", "pears")
    assert senior_next(fruit, "pears", "hello", "apples") == ("rest", "plums")


def test_what_was_asked_is_replaced_by_its_own_followers(fruit: QuestionPack) -> None:
    assert senior_next(fruit, "apples", "hello", "pears") == ("rest", "plums")


def test_what_is_too_hard_is_replaced_by_its_own_followers(fruit: QuestionPack) -> None:
    found = legal_next(fruit, "rest", ("hello", "rest"), Level.JUNIOR, Length.FULL)
    assert found == ("apples",), "plums is too hard, and bye must wait for the topics left over"


def test_a_detour_never_cuts_the_interview_short(fruit: QuestionPack) -> None:
    """Starting at the end of the graph leaves topics over: they are asked, in pack order."""
    assert senior_next(fruit, "plums") == ("apples",)
    assert senior_next(fruit, "plums", "apples") == ("pears",)


def test_when_all_is_asked_the_closing_comes_and_then_the_end(fruit: QuestionPack) -> None:
    assert senior_next(fruit, "plums", "apples", "pears") == ("bye",)
    assert senior_next(fruit, "bye", "apples", "pears", "plums") == ("end",)
    assert senior_next(fruit, "end", "bye") == ()


def test_a_length_that_is_reached_closes(ml_core: QuestionPack) -> None:
    asked = [t.id for t in ml_core if t.kind.judged][:5]
    found = legal_next(ml_core, asked[-1], asked, Level.SENIOR, Length.SHORT)
    assert found == ("last-words",)
    assert legal_next(ml_core, asked[-1], asked, Level.SENIOR, Length.STANDARD) != found


@pytest.mark.parametrize(
    ("level", "length", "total"),
    [
        (Level.JUNIOR, Length.SHORT, 5),
        (Level.JUNIOR, Length.STANDARD, 10),
        (Level.JUNIOR, Length.FULL, 15),
        (Level.MID, Length.STANDARD, 10),
        (Level.MID, Length.FULL, 15),
        (Level.SENIOR, Length.SHORT, 5),
        (Level.SENIOR, Length.FULL, 15),
    ],
)
def test_the_number_of_topics_that_is_promised(
    ml_core: QuestionPack, level: Level, length: Length, total: int
) -> None:
    assert total_topics(ml_core, level, length) == total


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("seed", range(12))
def test_every_way_reaches_the_end_with_exactly_the_promised_topics(
    ml_core: QuestionPack, level: Level, length: Length, seed: int
) -> None:
    """Whatever is chosen among the legal topics, and wherever it starts."""
    draw = random.Random(seed)
    fit = [topic.id for topic in eligible(ml_core, level)]
    asked = [ml_core.start if seed < 6 else draw.choice(fit)]
    while ml_core.topic(asked[-1]).kind is not TopicKind.END:
        legal = legal_next(ml_core, asked[-1], asked, level, length)
        assert legal, f"{asked[-1]} leads nowhere"
        assert not set(legal) & set(asked)
        asked.append(draw.choice(legal) if seed % 6 else legal[0])
    judged = [t for t in asked if ml_core.topic(t).kind.judged]
    assert len(judged) == total_topics(ml_core, level, length)
    assert all(ml_core.topic(t).level <= level.highest for t in judged)
    assert asked[-2:] == ["last-words", "end"]


def test_the_default_way_through_ml_core_is_the_reference_flow(ml_core: QuestionPack) -> None:
    asked = [ml_core.start]
    while ml_core.topic(asked[-1]).kind is not TopicKind.END:
        asked.append(legal_next(ml_core, asked[-1], asked, Level.SENIOR, Length.FULL)[0])
    # Everything that comes before the other fields in pack order, then the farewell.
    others = {topic.id for topic in ml_core} - set(asked)
    assert asked == [topic.id for topic in ml_core if topic.id not in others]
    assert asked[-3:] == ["lora-vs-qlora", "last-words", "end"]
    assert len([t for t in asked if ml_core.topic(t).kind.judged]) == 15


def test_a_pack_without_a_closing_goes_straight_to_its_end(tmp_path: Path) -> None:
    files = small_pack()
    del files["topics/bye.yaml"]
    files["pack.yaml"]["topics"].remove("bye")
    files["topics/plums.yaml"]["next"] = ["end"]
    pack = read_pack(write_pack(tmp_path / "fruit", files))
    assert senior_next(pack, "plums", "apples", "pears") == ("end",)
