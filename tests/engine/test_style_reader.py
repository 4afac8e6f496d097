"""A pack's 존댓말 stands beside its 반말, text by text, or the pack cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PackError
from engine.outcomes import Style
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from tests.support.packs import polite_files, read_small_pack, small_pack, write_pack

Files = dict[str, Any]
POLITE = "ko@jondaetmal"
APPLES = "jondaetmal/topics/apples.yaml"
GLOSSARY = "jondaetmal/glossary.yaml"


def both_styles(folder: Path, spoil: Callable[[Files], None] | None = None) -> QuestionPack:
    files = small_pack()
    files |= polite_files(files)
    if spoil is not None:
        spoil(files)
    return read_pack(write_pack(folder / "fruit", files))


def test_every_text_stands_beside_the_one_that_it_rewords(tmp_path: Path) -> None:
    pack = both_styles(tmp_path)
    apples, colour = pack.topic("apples"), pack.topic("apples").point("colour")
    assert apples.question[POLITE] == tuple(f"question apples ko {i}, 맞죠?" for i in range(2))
    assert apples.hints[POLITE][2] == "hint apples ko 2, 맞죠?"
    assert colour.ask[POLITE][1] == "ask colour ko 1, 맞죠?"
    assert [wrong.answer for wrong in colour.wrong[POLITE]] == [
        w.answer for w in colour.wrong["ko"]
    ]
    assert [wrong.nudge for wrong in colour.wrong[POLITE]] == [
        "nudge colour ko?, 맞죠?",
        None,
        None,
    ]
    assert pack.terms[0].explanation[POLITE] == "what is around a fruit 한국어, 맞죠?"


def test_a_point_that_asks_and_nudges_nothing_needs_no_words(tmp_path: Path) -> None:
    def spoil(files: Files) -> None:
        taste = files["topics/apples.yaml"]["points"][1]
        del taste["ask"], taste["wrong"]["ko"][0]["nudge"]
        del files[APPLES]["points"]["taste"]

    wrong = both_styles(tmp_path, spoil).topic("apples").point("taste").wrong
    assert wrong[POLITE] == wrong["ko"]


def test_what_is_said_in_other_styles_stays_as_it_is(tmp_path: Path) -> None:
    usual, both = read_small_pack(tmp_path / "usual"), both_styles(tmp_path / "both")
    assert both.topic("pears").question["ko"] == usual.topic("pears").question["ko"]
    assert POLITE not in usual.topic("pears").question


def test_a_pack_says_which_styles_it_speaks(tmp_path: Path) -> None:
    usual, both = read_small_pack(tmp_path / "usual"), both_styles(tmp_path / "both")
    assert not usual.speaks("ko", Style.JONDAETMAL)
    assert both.speaks("ko", Style.JONDAETMAL)
    assert both.speaks("ko", Style.BANMAL)
    assert both.speaks("en", Style.PLAIN)
    assert not both.speaks("en", Style.JONDAETMAL)
    assert not both.speaks("fr", Style.PLAIN)


def _point(files: Files) -> dict[str, Any]:
    point: dict[str, Any] = files[APPLES]["points"]["colour"]
    return point


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda files: files.pop(APPLES), "cannot be read"),
        (lambda files: files.pop(GLOSSARY), "cannot be read"),
        (lambda files: files[APPLES].pop("hints"), "field 'hints' is missing"),
        (lambda files: files[APPLES]["question"].pop(), "exactly 2 items are needed, not 1"),
        (lambda files: _point(files).pop("nudges"), "field 'nudges' is missing"),
        (
            lambda files: _point(files)["ask"].append("또 뭐죠?"),
            "exactly 2 items are needed",
        ),
        (lambda files: files[APPLES].update(topic="pears"), "the file is named apples.yaml"),
        (lambda files: files[APPLES].update(leads={}), "unknown field"),
        (lambda files: files[GLOSSARY]["terms"].pop("peel"), "field 'peel' is missing"),
        (
            lambda files: files.update({"jondaetmal/topics/nuts.yaml": {"topic": "nuts"}}),
            "is not listed",
        ),
    ],
    ids=[
        "a topic without a file",
        "no glossary",
        "no hints",
        "a question too few",
        "no nudges",
        "a question too many",
        "another topic's file",
        "leads to nowhere",
        "an unexplained term",
        "a topic that the pack has not",
    ],
)
def test_half_of_a_style_is_refused(
    tmp_path: Path, spoil: Callable[[Files], None], fault: str
) -> None:
    with pytest.raises(PackError, match=fault):
        both_styles(tmp_path, spoil)


@pytest.mark.parametrize(
    "casual", ["사과가 뭐야?", "네가 아는 걸 말씀해 주세요.", "좋아요. 같이 해 보자."]
)
def test_banmal_among_it_is_refused(tmp_path: Path, casual: str) -> None:
    def spoil(files: Files) -> None:
        files[APPLES]["hints"][0] = casual

    with pytest.raises(PackError, match=r"hints\.0: is not 존댓말 throughout"):
        both_styles(tmp_path, spoil)


def test_a_sentence_left_for_the_person_to_end_has_no_style(tmp_path: Path) -> None:
    def spoil(files: Files) -> None:
        files[APPLES]["hints"][2] = "이렇게 이어 보세요. 사과의 빛깔은 … 이고, 맛이 …"

    assert both_styles(tmp_path, spoil).topic("apples").hints[POLITE][2].endswith("…")
