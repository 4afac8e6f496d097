"""A model that the machine cannot hold is refused before it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine import model_memory
from engine.errors import ArtifactError
from engine.model_memory import available_memory, make_sure_it_fits
from tests.support.tiny_language_model import write_fields_model


def write_account(folder: Path, free_kilobytes: int, limit: str = "", taken: int = 0) -> None:
    """Write what Linux tells of its memory, and of a container's where it has a limit."""
    (folder / "meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable:   {free_kilobytes} kB\n")
    if limit:
        (folder / "memory.max").write_text(f"{limit}\n")
        (folder / "memory.current").write_text(f"{taken}\n")
        (folder / "memory.stat").write_text("anon 5\ninactive_file 100\nactive_file 7\n")


@pytest.mark.parametrize(
    ("limit", "taken", "free"),
    [("", 0, 2048), ("max", 0, 2048), ("1500", 600, 1000), ("9000", 600, 2048), ("500", 900, 0)],
)
def test_the_tighter_of_machine_and_container_counts(
    tmp_path: Path, limit: str, taken: int, free: int
) -> None:
    write_account(tmp_path, 2, limit, taken)
    assert available_memory(tmp_path / "meminfo", tmp_path) == free


def test_a_system_that_does_not_say_is_not_guessed_at(tmp_path: Path) -> None:
    assert available_memory(tmp_path / "meminfo", tmp_path) is None


def test_a_model_too_large_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = str(write_fields_model(tmp_path))
    monkeypatch.setattr(model_memory, "available_memory", lambda: 10_000)
    with pytest.raises(ArtifactError, match=r"needs .* of memory .*openai:MODEL@BASE_URL"):
        make_sure_it_fits(base, "cpu")
    assert make_sure_it_fits(base, "cuda") is None  # a GPU says itself when it is full
    monkeypatch.setattr(model_memory, "available_memory", lambda: None)
    assert make_sure_it_fits(base, "cpu") is torch.float32


def test_what_cannot_be_read_is_left_to_the_loading_to_report(tmp_path: Path) -> None:
    assert make_sure_it_fits(str(tmp_path), "cpu") is None


@pytest.mark.parametrize("computes", [True, False])
def test_a_large_model_takes_half_the_memory_where_that_is_quicker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, computes: bool
) -> None:
    base = str(write_fields_model(tmp_path))
    monkeypatch.setattr(model_memory, "_LARGE", 1000)
    monkeypatch.setattr(model_memory, "_computes_in_bfloat16", lambda: computes)
    expected = torch.bfloat16 if computes else torch.float32
    assert make_sure_it_fits(base, "cpu") is expected
