"""Answers to unseen questions: read as a pack of their own, all faults at once, in two halves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from training.errors import DataError
from training.unseen_rows import COLUMNS, is_calibrating, read_unseen

GOOD = ["bootstrap", "ko", "부트스트랩이 뭐야?", "다시 뽑기 || 복원 추출", "한 번 뽑기 || 섞기"]
ENGLISH = ["bootstrap", "en", "What is the bootstrap?", "drawing again || resampling", "a || b"]


def written(tmp_path: Path, *rows: list[str], columns: tuple[str, ...] = COLUMNS) -> Path:
    file = tmp_path / "unseen.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(columns), *rows])
    return file


def test_questions_become_a_pack_and_answers_its_rows(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        [*GOOD, "있는 데이터에서 되풀이해 뽑아", "covered", "right"],
        [*GOOD, "한 번만 뽑아", "wrong", "near_miss"],
        [*ENGLISH, "boots", "missing", "off_topic"],
    )
    unseen = read_unseen(file)
    topic = unseen.pack.topic("bootstrap")
    (point,) = topic.points
    assert point.references["ko"] == ("다시 뽑기", "복원 추출")
    assert [wrong.answer for wrong in point.wrong["en"]] == ["a", "b"]
    assert point.name["en"] == topic.title["en"] == "What is the bootstrap?"
    labels = [(row.covered, row.wrong, row.kind) for row in unseen.rows]
    assert labels == [
        (("point",), (), "right"),
        ((), ("point",), "near_miss"),
        ((), (), "off_topic"),
    ]
    assert {row.family for row in unseen.rows} == {"bootstrap"}


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        [*GOOD, "복원 추출", "covered", "right"],
        [*GOOD[:3], "다시 뽑기", GOOD[4], "", "unsure", "perhaps"],
        ["lonely", "en", "Why?", "one", "two || three", "so", "covered", "right"],
    )
    with pytest.raises(DataError) as caught:
        read_unseen(file)
    told = str(caught.value)
    for fault in (
        "unseen.csv:2: answer: is one of the references, word for word",
        "unseen.csv:3: references: differs from unseen.csv:2",
        "unseen.csv:3: answer: is empty",
        "unseen.csv:3: label: must be one of covered, partial, wrong, missing",
        "unseen.csv:3: kind: 'perhaps' is none of",
        "locale: bootstrap has no answers in en",
        "locale: lonely has no answers in ko",
        "unseen.csv:4: references: 2 texts joined by",
    ):
        assert fault in told


@pytest.mark.parametrize(
    ("columns", "told"),
    [(COLUMNS[:-1], "the columns must be topic,locale,"), (COLUMNS, "there are no labelled")],
)
def test_a_file_that_holds_nothing_to_read_is_told(
    tmp_path: Path, columns: tuple[str, ...], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        read_unseen(written(tmp_path, columns=columns))


def test_questions_are_dealt_out_to_two_halves() -> None:
    calibrating = [is_calibrating(f"topic-{number}") for number in range(200)]
    assert 70 < sum(calibrating) < 130
