"""Utterances that people have judged are read whole, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.outcomes import Outcome
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceFault
from tests.support.packs import read_small_pack
from training.checked_rows import COLUMNS, read_checked
from training.errors import DataError

GOOD = "apples,en,plain,What colour?,red,covered,colour,apples,Red it is. How do they taste?,"


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path / "pack")


def write(folder: Path, *lines: str) -> Path:
    file = folder / "test.csv"
    file.write_text("\n".join((",".join(COLUMNS), *lines)) + "\n", encoding="utf-8")
    return file


def test_an_utterance_comes_with_its_turn_and_faults(tmp_path: Path, pack: QuestionPack) -> None:
    good, bad = read_checked(write(tmp_path, GOOD, GOOD + "format;off_topic"), pack)
    assert good.turn.outcome is Outcome.COVERED
    assert good.turn.credited == ("colour English",)
    assert good.utterance == "Red it is. How do they taste?"
    assert good.faults == frozenset()
    assert bad.faults == {UtteranceFault.FORMAT, UtteranceFault.OFF_TOPIC}
    assert bad.place == "test.csv:3"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (GOOD + "boring", "test.csv:2: faults: 'boring'"),
        (GOOD.replace("apples,en", "moon,en"), "test.csv:2: topic: 'moon'"),
        (GOOD.replace(",apples,Red", ",moon,Red"), "test.csv:2: next_topic: 'moon'"),
        (GOOD.replace("covered,", "great,"), "test.csv:2: outcome: 'great'"),
    ],
)
def test_what_cannot_be_used_is_named(
    tmp_path: Path, pack: QuestionPack, changed: str, fault: str
) -> None:
    with pytest.raises(DataError) as error:
        read_checked(write(tmp_path, changed), pack)
    assert fault in str(error.value)
