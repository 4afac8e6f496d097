"""The verifier's pairs: every point of every answer, each with its verdict, alone or coupled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from engine.contract import Intent
from engine.ports import VERIFIER_CLASSES
from engine.questions import Contrast, QuestionPack
from tests.support.packs import read_small_pack
from training.rows import AnswerRow
from training.verifier_pairs import VerifierPair, pack_pairs, row_pairs

Labels: TypeAlias = Mapping[str, tuple[str, ...]]

COVERED, PARTIAL, WRONG, MISSING = range(len(VERIFIER_CLASSES))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


def row(
    intent: Intent = Intent.ANSWER, labels: Labels | None = None, answer: str = "red"
) -> AnswerRow:
    given = labels or {}
    return AnswerRow(
        topic="apples",
        family="f",
        locale="en",
        answer=answer,
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


def test_a_point_is_paired_with_what_is_said_of_it_alone(pack: QuestionPack) -> None:
    apples = pack.topic("apples")
    points = tuple(replace(point, subject=(point.id,)) for point in apples.points)
    named = replace(
        pack, topics=tuple(replace(t, points=points) if t is apples else t for t in pack)
    )
    both = row(labels={"covered": ("colour",)}, answer="the colour is red, and the taste is blue")
    other = row(labels={"wrong": ("taste",)}, answer="the taste is blue")

    pairs = drawn(named, [both, other])

    right = [pair for pair in pairs if pair.label == COVERED]
    assert right
    assert not any("taste" in pair.message for pair in right)
    wrong = [pair for pair in pairs if pair.label == WRONG and "colour" in pair.context[:6]]
    assert all("not red" in pair.message for pair in wrong), "made of what was said of it"


def test_a_rhetorical_question_is_learnt_as_it_will_be_read(pack: QuestionPack) -> None:
    pairs = drawn(pack, [row(labels={"covered": ("colour",)}, answer="빨간색이지 않아?")])
    assert pairs
    assert not any("않" in pair.message for pair in pairs)


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


# Couples


def couples(pairs: Sequence[VerifierPair]) -> list[list[VerifierPair]]:
    """Return the pairs of each couple, in the order they came in."""
    found: dict[int, list[VerifierPair]] = {}
    for pair in pairs:
        if pair.couple:
            found.setdefault(pair.couple, []).append(pair)
    return list(found.values())


def test_a_right_and_a_wrong_answer_of_a_family_are_read_against_the_same_context(
    pack: QuestionPack,
) -> None:
    rows = [
        row(labels={"covered": ("colour",)}, answer="they are red"),
        row(labels={"wrong": ("colour",)}, answer="they are blue"),
    ]
    found = couples(drawn(pack, rows))
    assert len(found) == 200, "one in every epoch"
    for right, other in found:
        assert right.context == other.context
        assert (right.label, other.label) == (COVERED, WRONG)
        assert right.message.replace("red", "blue") == other.message, "said in the same manner"


def test_a_near_miss_is_read_beside_the_answer_that_it_was_made_from(pack: QuestionPack) -> None:
    right = ["they are red as a rule", "most of them shine like a sunset", "red"]
    other = ["they are blue as a rule", "most of them shine like the sea"]
    rows = [
        *(row(labels={"covered": ("colour",)}, answer=text) for text in right),
        *(row(labels={"wrong": ("colour",)}, answer=text) for text in other),
    ]
    for one, wrong in couples(drawn(pack, rows)):
        made_from = "rule" if "rule" in wrong.message else "shine"
        assert made_from in one.message or "red" not in one.message + wrong.message


def test_every_answer_of_a_family_is_learnt_once_a_point(pack: QuestionPack) -> None:
    rows = [
        row(labels={"covered": ("colour",)}, answer="one"),
        row(labels={"covered": ("colour",)}, answer="two"),
        row(labels={"partial": ("colour",)}, answer="three"),
    ]
    pairs = list(row_pairs(pack, rows, random.Random(3)))
    own = [pair for pair in pairs if pair.context.startswith("colour")]
    said = sorted(word for p in own for word in ("one", "two", "three") if word in p.message)
    assert said == ["one", "three", "two"]


def test_a_lone_right_answer_is_sometimes_coupled_with_a_near_miss_made_of_it(
    pack: QuestionPack,
) -> None:
    rows = [row(labels={"covered": ("colour",)}, answer="the peel is red")]
    found = couples(drawn(pack, rows))
    assert 50 < len(found) < 150
    assert all("is not red" in other.message for _, other in found)
    assert {other.label for _, other in found} == {WRONG}


@pytest.mark.parametrize(
    ("answer", "covered"),
    [("is it red?", ("colour",)), ("the peel is red", ("colour", "taste"))],
)
def test_no_near_miss_is_made_where_it_could_still_be_right(
    pack: QuestionPack, answer: str, covered: tuple[str, ...]
) -> None:
    assert couples(drawn(pack, [row(labels={"covered": covered}, answer=answer)])) == []


def test_rewordings_and_distortions_of_an_answer_are_coupled(pack: QuestionPack) -> None:
    topic = pack.topic("apples")
    point = topic.points[0]
    contrast = Contrast(point.references["en"][0], ("as right",), ("just wrong", "wrong too"))
    points = (replace(point, contrasts={"en": (contrast,)}), *topic.points[1:])
    written = replace(pack, topics=(replace(topic, points=points),))
    pairs = list(pack_pairs(written, random.Random(1)))
    ((right, other),) = couples(pairs)
    assert right.context == other.context
    assert "as right" in right.message
    assert "wrong" in other.message
    alone = [pair for pair in pairs if "wrong" in pair.message and not pair.couple]
    assert any(rest in pair.message for pair in alone for rest in contrast.distortions)
