"""The judge of utterances agrees with people on the shipped labels, and its labels are sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bundled_checks import bundled_checker
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceFault
from training.checked_rows import CheckedRow, read_checked
from training.evaluation.utterance_judge import judge_figures

DATASET = Path(__file__).parents[2] / "dataset"
HALVES = ("validation", "test")
GOAL = 0.97


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(DATASET / "packs" / "ml-core")


@pytest.fixture(scope="module")
def halves(pack: QuestionPack) -> Mapping[str, tuple[CheckedRow, ...]]:
    folder = DATASET / "utterance_checks"
    return {half: read_checked(folder / f"{half}.csv", pack) for half in HALVES}


def test_there_are_enough_of_them_and_half_are_good(
    halves: Mapping[str, tuple[CheckedRow, ...]],
) -> None:
    assert sum(len(rows) for rows in halves.values()) >= 400
    for rows in halves.values():
        assert sum(not row.faults for row in rows) * 2 >= len(rows)


@pytest.mark.parametrize("half", HALVES)
def test_every_fault_is_among_them(halves: Mapping[str, tuple[CheckedRow, ...]], half: str) -> None:
    found = Counter(fault for row in halves[half] for fault in row.faults)
    # Nonsense is judged apart.
    assert set(found) == set(UtteranceFault) - {UtteranceFault.FLUENCY}


def test_no_turn_stands_in_both_halves(halves: Mapping[str, tuple[CheckedRow, ...]]) -> None:
    turns = [{row.turn for row in halves[half]} for half in HALVES]
    assert turns[0].isdisjoint(turns[1])


def test_nothing_is_labelled_twice(halves: Mapping[str, tuple[CheckedRow, ...]]) -> None:
    said = Counter((row.turn, row.utterance) for rows in halves.values() for row in rows)
    assert [row for row, times in said.items() if times > 1] == []


@pytest.mark.parametrize("half", HALVES)
def test_the_judge_agrees_with_people(
    halves: Mapping[str, tuple[CheckedRow, ...]], half: str, pack: QuestionPack
) -> None:
    figures = judge_figures(bundled_checker({pack.id: pack}), halves[half])
    assert figures["agreement"] >= GOAL, figures["wrong"]


def test_some_of_the_nonsense_is_noticed(pack: QuestionPack) -> None:
    rows = read_checked(DATASET / "utterance_checks" / "nonsense.csv", pack)
    assert {fault for row in rows for fault in row.faults} == {UtteranceFault.FLUENCY}
    figures = judge_figures(bundled_checker({pack.id: pack}), rows)
    # The check knows which words follow one another, and no meaning.
    assert figures["per_fault"]["fluency"]["found"] * 3 >= len(rows)
