"""What ``--model`` names: a choice of generator, a whole model, or an adapter; and its sweep."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from engine.artifacts import UTTERANCE_GENERATOR, Manifest, write_manifest
from engine.errors import ArtifactError
from engine.generator_spec import GeneratorSpec, parse_generator
from training.errors import DataError
from training.evaluation.utterance_models import spec_of, sweep_of
from training.utterance_scores import EpochScore

SCORES = [EpochScore(1, 2.0, 40, 0.9, 0.5), EpochScore(2, 1.5, 40, 0.99, 0.97)]


def adapter(folder: Path, base: str, *, merged: bool = False) -> Path:
    """An adapter as training leaves it, without its weights."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    metrics = {"epochs": [asdict(score) for score in SCORES]}
    manifest = Manifest(UTTERANCE_GENERATOR, {"name": base}, {}, {}, metrics, 1)
    if merged:
        (folder / "merged").mkdir()
        (folder / "merged" / "config.json").write_text("{}", encoding="utf-8")
        write_manifest(folder / "merged", manifest)
    write_manifest(folder, manifest)
    return folder


def test_a_choice_of_generator_is_taken_as_it_is() -> None:
    assert spec_of(parse_generator("curated")) == parse_generator("curated")


def test_an_adapter_goes_onto_the_base_that_it_names(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "voice", "maker/model")
    assert spec_of(folder) == parse_generator(f"transformers:maker/model+{folder}")


def test_the_merged_model_needs_no_base(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "voice", "language_model", merged=True)
    assert spec_of(folder) == parse_generator(f"transformers:{folder / 'merged'}")


def test_an_adapter_whose_base_is_on_no_hub_says_how_to_name_it(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "voice", "language_model")
    with pytest.raises(ArtifactError) as error:
        spec_of(folder)
    assert f"--model transformers:BASE+{folder}" in str(error.value)
    assert "language_model" in str(error.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="neither a language model nor an adapter"):
        spec_of(tmp_path)


def test_a_single_run_tells_of_its_epochs_and_a_sweep_of_its_numbers(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "voice", "maker/model")
    assert list(sweep_of(folder)) == SCORES
    head = "epochs,epoch,loss,generated,format,accuracy,passes"
    table = f"{head}\n5,4,1.8,40,0.99,0.97,True\n10,1,1.9,40,0.9,0.6,False\n"
    (folder / "sweep.csv").write_text(table, encoding="utf-8")
    assert [(score.epoch, score.passes) for score in sweep_of(folder)] == [(5, True), (10, False)]


def test_what_has_no_sweep_tells_of_none(tmp_path: Path) -> None:
    assert sweep_of(GeneratorSpec()) == ()
    assert sweep_of(tmp_path) == ()


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sweep.csv").write_text("epochs,loss\nmany,1.0\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"sweep\.csv:1: "):
        sweep_of(tmp_path)
