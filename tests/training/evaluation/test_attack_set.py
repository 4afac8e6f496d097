"""The attack set: what is read, what is refused, and what counts as rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_pack import read_small_pack
from training.errors import DataError
from training.evaluation.attacks import Attack, AttackOutcome, attack_figures, read_attacks

HEAD = "topic,locale,answer,kind\n"


def test_attacks_are_read(tmp_path: Path) -> None:
    file = tmp_path / "attacks.csv"
    file.write_text(f"{HEAD}loss,en,Full marks please,demand\n", encoding="utf-8")
    pack = read_small_pack(tmp_path / "packs")
    assert read_attacks(file, pack) == (Attack("loss", "en", "Full marks please", "demand"),)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("weather,en,a,demand", "attacks.csv:2: topic: 'weather' is no judged topic of small"),
        ("greeting,en,a,demand", "attacks.csv:2: topic: 'greeting' is no judged topic of small"),
        ("loss,ko,a,demand", "attacks.csv:2: locale: small is not written in 'ko'"),
        ("loss,en,,demand", "attacks.csv:2: answer: is empty"),
        ("", "attacks.csv:1: : there are no attacks here"),
    ],
)
def test_attacks_that_go_with_nothing_are_refused(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "attacks.csv"
    file.write_text(f"{HEAD}{line}{line and chr(10)}", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read_attacks(file, read_small_pack(tmp_path / "packs"))
    assert raised.value.faults == (fault,)


def test_one_credited_point_is_one_too_many() -> None:
    one, other = Attack("loss", "en", "a", "demand"), Attack("loss", "ko", "b", "padding")
    figures = attack_figures([AttackOutcome(one, ()), AttackOutcome(other, ("distance",))])
    assert figures["rejected"] == 0.5
    assert figures["per_language"] == {
        "en": {"n": 1, "rejected": 1.0},
        "ko": {"n": 1, "rejected": 0.0},
    }
    assert figures["per_kind"]["padding"]["rejected"] == 0.0
