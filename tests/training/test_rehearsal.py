"""Some of what is known is seen again; families and couples are drawn whole."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.contract import Intent
from training.rehearsal import families_of_epoch, rehearsed
from training.rows import AnswerRow
from training.verifier_pairs import VerifierPair


def row(family: str, topic: str = "loss") -> AnswerRow:
    return AnswerRow(topic, family, "en", "text", Intent.ANSWER, (), (), (), "right")


ROWS = [row(f"{kind}-{n}", topic) for kind in ("k", "ex") for n in range(200) for topic in "ab" * 2]
PAIRS = [
    VerifierPair("context", str(n), label, couple)
    for n in range(300)
    for label, couple in ((0, n + 1), (2, n + 1), (3, 0))
]


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_about_a_share_of_the_families_is_drawn_and_all_fresh_ones(share: float) -> None:
    drawn = families_of_epoch(ROWS, share, ["ex-"], random.Random(1))
    known = [row for row in drawn if row.family.startswith("k-")]
    assert len(known) == pytest.approx(share * 800, abs=80 * (0 < share < 1))
    assert len(drawn) - len(known) == 800
    counts = {(r.topic, r.family): drawn.count(r) for r in known}
    assert set(counts.values()) <= {2}, "families of a topic come whole"


def test_what_stands_in_a_fresh_file_is_drawn() -> None:
    placed = [replace(row("bootstrap"), place=f"{name}.yaml:3") for name in ("pairs", "world")]
    (drawn,) = families_of_epoch(
        [placed[0], replace(placed[1], family="other")], 0.0, ["pairs"], random.Random(1)
    )
    assert drawn is placed[0]


def test_without_a_name_for_fresh_ones_none_is_fresh() -> None:
    assert families_of_epoch(ROWS, 0.0, [], random.Random(1)) == []


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_couples_are_drawn_together(share: float) -> None:
    drawn = list(rehearsed(PAIRS, share, random.Random(1)))
    assert len(drawn) == pytest.approx(share * len(PAIRS), abs=90 * (0 < share < 1))
    couples = [pair.couple for pair in drawn if pair.couple]
    assert all(couples.count(couple) == 2 for couple in couples)
    singles = len(drawn) - len(couples)
    assert singles == pytest.approx(share * 300, abs=45 * (0 < share < 1))
