"""Rows of utterances are read whole or refused with every fault; checks know how people talk."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.outcomes import Outcome, Style
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from training.errors import DataError
from training.utterance_rows import (
    COLUMNS,
    check_utterances,
    read_utterances,
)

GOOD = "one,en,plain,What colour?,red,covered,colour,apples,Red it is. How do they taste?"


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def write(folder: Path, *lines: str, topic: str = "apples") -> Path:
    folder.mkdir(exist_ok=True)
    text = "\n".join((",".join(COLUMNS), *lines))
    (folder / f"{topic}.csv").write_text(text + "\n", encoding="utf-8")
    return folder


def faults(folder: Path, pack: QuestionPack) -> list[str]:
    with pytest.raises(DataError) as error:
        check_utterances(read_utterances(folder), pack)
    return list(error.value.faults)


def test_a_good_row_is_read(tmp_path: Path, pack: QuestionPack) -> None:
    rows = read_utterances(write(tmp_path / "rows", GOOD))
    check_utterances(rows, pack)
    (row,) = rows
    assert (row.topic, row.style, row.outcome) == ("apples", Style.PLAIN, Outcome.COVERED)
    assert row.covered == ("colour",)
    assert row.place == "apples.csv:2"


def test_every_fault_of_reading_is_listed(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "rows",
        GOOD.replace("plain", "grand"),
        GOOD.replace("covered", "great"),
        GOOD.replace("Red it is. How do they taste?", ""),
    )
    with pytest.raises(DataError) as error:
        read_utterances(folder)
    places = [fault.split(": ")[:2] for fault in error.value.faults]
    assert places == [
        ["apples.csv:2", "style"],
        ["apples.csv:3", "outcome"],
        ["apples.csv:4", "utterance"],
    ]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no row"):
        read_utterances(tmp_path)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (GOOD.replace(",apples,", ",moon,"), "next_topic: 'moon' may not follow"),
        (GOOD.replace(",colour,", ",size,"), "covered: size is no point of the topic"),
        (GOOD.replace(",colour,", ",,"), "covered: does not go with the outcome covered"),
        (GOOD.replace("plain", "banmal"), "style: banmal is not spoken in en"),
        (GOOD.replace("Red it is.", "1. Red."), "utterance: starts with a number or a date"),
        (GOOD.replace("Red it is.", "빨강!"), "utterance: is in another language"),
        (
            'a,ko,banmal,무슨 색?,빨강,covered,colour,apples,"맞았어요. 맛은 어때?"',
            "utterance: a sentence ends politely",
        ),
        (
            'a,ko,jondaetmal,무슨 색?,빨강,covered,colour,apples,"맞았어. 맛은 어때요?"',
            "utterance: a sentence does not end politely",
        ),
    ],
)
def test_what_does_not_do_is_named(
    tmp_path: Path, pack: QuestionPack, changed: str, fault: str
) -> None:
    assert faults(write(tmp_path / "rows", changed), pack) == [f"apples.csv:2: {fault}"]


def test_a_topic_that_is_not_there_is_refused(tmp_path: Path, pack: QuestionPack) -> None:
    folder = write(tmp_path / "rows", GOOD, topic="moon")
    assert faults(folder, pack) == ["moon.csv:2: topic: 'moon' is no topic of fruit"]
