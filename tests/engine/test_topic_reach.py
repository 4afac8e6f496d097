"""A candidate stands for what the interview comes to through it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.topic_reach import reach
from tests.support.packs import read_small_pack, small_pack, write_pack


def pack_with(folder: Path, following: Mapping[str, list[str]]) -> QuestionPack:
    files = small_pack()
    for topic, after in following.items():
        files[f"topics/{topic}.yaml"]["next"] = after
    return read_pack(write_pack(folder / "fruit", files))


def test_the_default_way_is_followed_until_another_candidate(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, {"pears": ["plums", "rest"], "rest": ["bye"]})
    assert reach(pack, "hello", ("apples", "pears")) == {
        "apples": ("apples",),
        "pears": ("pears", "plums"),
    }


def test_it_ends_at_the_entrances_of_the_pack(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, {"plums": ["pears", "bye"]})
    assert reach(pack, "apples", ("plums",)) == {"plums": ("plums",)}


def test_it_ends_at_the_topic_that_is_left(tmp_path: Path) -> None:
    following = {"hello": ["apples"], "plums": ["pears", "bye"]}
    pack = pack_with(tmp_path, following)
    assert reach(pack, "pears", ("plums",)) == {"plums": ("plums",)}


def test_it_ends_where_nothing_is_judged_any_more(tmp_path: Path) -> None:
    pack = read_small_pack(tmp_path)
    assert reach(pack, "pears", ("rest", "plums")) == {"rest": ("rest",), "plums": ("plums",)}
    assert reach(pack, "bye", ("end",)) == {"end": ("end",)}


def test_a_circle_is_walked_once(tmp_path: Path) -> None:
    following = {"hello": ["apples"], "pears": ["plums", "rest"], "plums": ["pears", "bye"]}
    pack = pack_with(tmp_path, following)
    assert reach(pack, "apples", ("pears",)) == {"pears": ("pears", "plums")}
