"""Which topics may come next: level and length cut the graph, detours never cut it short."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.interview.flow import Length, Level, eligible, legal_next, total_topics
from engine.pack_reader import read_pack
from engine.questions import QuestionPack, TopicKind
from tests.support.packs import ml_core, small_pack, write_pack


def senior_next(pack: QuestionPack, current: str, *asked: str) -> tuple[str, ...]:
    return legal_next(pack, current, (*asked, current), Level.SENIOR, Length.FULL)


def test_the_graph_is_followed_default_first(pack: QuestionPack) -> None:
    assert senior_next(pack, "hello") == ("apples", "pears")
    assert senior_next(pack, "pears", "hello", "apples") == ("rest", "plums")


def test_what_was_asked_is_replaced_by_its_own_followers(pack: QuestionPack) -> None:
    assert senior_next(pack, "apples", "hello", "pears") == ("rest", "plums")


def test_what_is_too_hard_is_replaced_by_its_own_followers(pack: QuestionPack) -> None:
    found = legal_next(pack, "rest", ("hello", "rest"), Level.JUNIOR, Length.FULL)
    assert found == ("apples",), "plums is too hard, and bye must wait for the topics left over"


def test_a_detour_never_cuts_the_interview_short(pack: QuestionPack) -> None:
    """Starting at the end of the graph leaves topics over: they are asked, in pack order."""
    assert senior_next(pack, "plums") == ("apples",)
    assert senior_next(pack, "plums", "apples") == ("pears",)


def test_when_all_is_asked_the_closing_comes_and_then_the_end(pack: QuestionPack) -> None:
    assert senior_next(pack, "plums", "apples", "pears") == ("bye",)
    assert senior_next(pack, "bye", "apples", "pears", "plums") == ("end",)
    assert senior_next(pack, "end", "bye") == ()


def test_a_length_that_is_reached_closes() -> None:
    pack = ml_core()
    asked = [t.id for t in pack if t.kind.judged][:5]
    found = legal_next(pack, asked[-1], asked, Level.SENIOR, Length.SHORT)
    assert found == ("last-words",)
    assert legal_next(pack, asked[-1], asked, Level.SENIOR, Length.STANDARD) != found


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
def test_the_number_of_topics_that_is_promised(level: Level, length: Length, total: int) -> None:
    assert total_topics(ml_core(), level, length) == total


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("seed", range(12))
def test_every_way_reaches_the_end_with_exactly_the_promised_topics(
    level: Level, length: Length, seed: int
) -> None:
    """Whatever is chosen among the legal topics, and wherever it starts."""
    pack = ml_core()
    draw = random.Random(seed)
    fit = [topic.id for topic in eligible(pack, level)]
    asked = [pack.start if seed < 6 else draw.choice(fit)]
    while pack.topic(asked[-1]).kind is not TopicKind.END:
        legal = legal_next(pack, asked[-1], asked, level, length)
        assert legal, f"{asked[-1]} leads nowhere"
        assert not set(legal) & set(asked)
        asked.append(draw.choice(legal) if seed % 6 else legal[0])
    judged = [t for t in asked if pack.topic(t).kind.judged]
    assert len(judged) == total_topics(pack, level, length)
    assert all(pack.topic(t).level <= level.highest for t in judged)
    assert asked[-2:] == ["last-words", "end"]


def test_the_default_way_through_ml_core_is_the_reference_flow() -> None:
    pack = ml_core()
    asked = [pack.start]
    while pack.topic(asked[-1]).kind is not TopicKind.END:
        asked.append(legal_next(pack, asked[-1], asked, Level.SENIOR, Length.FULL)[0])
    # Everything that comes before the other fields in pack order, then the farewell.
    others = {topic.id for topic in pack} - set(asked)
    assert asked == [topic.id for topic in pack if topic.id not in others]
    assert asked[-3:] == ["lora-vs-qlora", "last-words", "end"]
    assert len([t for t in asked if pack.topic(t).kind.judged]) == 15


def test_a_pack_without_a_closing_goes_straight_to_its_end(tmp_path: Path) -> None:
    files = small_pack()
    del files["topics/bye.yaml"]
    files["pack.yaml"]["topics"].remove("bye")
    files["topics/plums.yaml"]["next"] = ["end"]
    pack = read_pack(write_pack(tmp_path / "fruit", files))
    assert senior_next(pack, "plums", "apples", "pears") == ("end",)
