"""The command: its last line, its exit code, and what it keeps."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType

import pytest

from tests.benchmarks.__main__ import _ENVIRONMENT, PARTS, main
from tests.benchmarks.records import Record


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have three parts that need no model; what the command sets is taken back afterwards."""
    for variable in _ENVIRONMENT:
        monkeypatch.setenv(variable, "1")

    def add(name: str, *records: Record, failing: bool = False) -> None:
        def measure(quick: bool) -> list[Record]:
            if failing:
                raise RuntimeError("no such server")
            return list(records)

        part = ModuleType(name)
        part.measure = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"tests.benchmarks.parts.{name}", part)

    add("quick_one", Record("encoder.batch_1.speed_up", 5.0, "×", "over plain encode"))
    add("slow_one", Record("encoder.batch_1.speed_up", 2.0, "×"), Record("gpu", None, "", "none"))
    add("broken_one", failing=True)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_figures_are_printed_with_their_units(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quick_one"]) == 0
    shown = lines(capsys)
    assert shown[1].split() == ["encoder.batch_1.speed_up", "5", "×", "over", "plain", "encode"]
    assert shown[-1].startswith("nothing falls short; not measured: encoder.batch_32.speed_up")


def test_what_falls_short_ends_with_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slow_one"]) == 1
    shown = lines(capsys)
    assert "not measured  none" in shown[2]
    assert shown[-1].startswith("falls short: encoder.batch_1.speed_up 2 (at least 4.8)")


def test_a_part_that_fails_does_not_keep_the_others_from_being_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["broken_one", "quick_one"]) == 1
    shown = lines(capsys)
    assert any("encoder.batch_1.speed_up" in line for line in shown[:-1])
    assert shown[-1].endswith("failed: broken_one")


def test_every_part_that_is_named_is_there() -> None:
    assert all(find_spec(f"tests.benchmarks.parts.{name}") for name in PARTS)
