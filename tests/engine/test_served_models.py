"""Models as they are served are made once, found again, and made again where that is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import MANIFEST, Manifest
from engine.errors import ArtifactError
from engine.served_file import ServedModel
from engine.served_models import ServedModels

SOURCE = Manifest("body", {}, {}, {}, {}, seed=1, files={"weights": "1" * 64})
OTHER = Manifest("body", {}, {}, {}, {}, seed=1, files={"weights": "2" * 64})


class Bench:
    """Makes models and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def make(self) -> ServedModel:
        self.made += 1
        return ServedModel("Specification", {"layer/weight": np.eye(3, dtype=np.float32)}, {})

    def load(self, cache: Path | None, name: str = "stage", source: Manifest = SOURCE) -> bytes:
        served = ServedModels(cache)
        return served.load(name, [source], self.make, lambda f: (f / "model.bin").read_bytes())


def test_the_second_start_finds_what_the_first_made(tmp_path: Path) -> None:
    bench = Bench()
    first = bench.load(tmp_path / "cache")
    assert bench.load(tmp_path / "cache") == first
    assert bench.made == 1
    (folder,) = (tmp_path / "cache").iterdir()
    assert (folder / MANIFEST).is_file()


def test_another_source_makes_another_model_which_takes_the_place(tmp_path: Path) -> None:
    bench = Bench()
    bench.load(tmp_path)
    bench.load(tmp_path, name="stage-two")
    bench.load(tmp_path, source=OTHER)
    assert bench.made == 3
    assert sorted(f.name.rsplit("-", 1)[0] for f in tmp_path.iterdir()) == ["stage", "stage-two"]
    bench.load(tmp_path, name="stage-two")
    assert bench.made == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "model.bin").write_bytes(b"half of it"),
        lambda folder: (folder / "model.bin").unlink(),
        lambda folder: (folder / MANIFEST).write_text("{}"),
    ],
    ids=["cut", "gone", "undescribed"],
)
def test_a_damaged_model_is_made_again(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    bench = Bench()
    first = bench.load(tmp_path)
    (folder,) = tmp_path.iterdir()
    spoil(folder)
    assert bench.load(tmp_path) == first
    assert bench.load(tmp_path) == first
    assert bench.made == 2
    assert list(tmp_path.iterdir()) == [folder]


def test_two_that_start_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    slower, quicker = Bench(), Bench()

    def overtaken() -> ServedModel:
        quicker.load(tmp_path)
        return slower.make()

    served = ServedModels(tmp_path)
    found = served.load("stage", [SOURCE], overtaken, lambda f: (f / "model.bin").read_bytes())
    assert found == quicker.load(tmp_path)
    assert (slower.made, quicker.made) == (1, 1)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("cache", [None, Path("a file/models")], ids=["none", "unwritable"])
def test_without_a_folder_models_are_made_each_time(
    cache: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a file").write_text("where the folder should be", encoding="utf-8")
    bench = Bench()
    assert bench.load(cache) == bench.load(cache)
    assert bench.made == 2
    assert [file.name for file in tmp_path.iterdir()] == ["a file"]


def test_a_model_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    def refuse(_: Path) -> bytes:
        raise RuntimeError("unsupported model")

    with pytest.raises(ArtifactError, match="unsupported model"):
        ServedModels(tmp_path).load("stage", [SOURCE], Bench().make, refuse)
    assert list(tmp_path.iterdir()) == []
