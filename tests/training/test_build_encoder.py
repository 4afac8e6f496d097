"""The command builds a usable encoder end to end, and bad data stops it before training."""

import json
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from training.build_encoder import main
from training.encoder_model import BUNDLED_PACKAGE, bundled_base


def _command(base: Path, corpora: Path, out: Path) -> list[str]:
    options = {"--base": base, "--corpora": corpora, "--out": out, "--pieces": 200, "--epochs": 2}
    flags = [text for name, value in options.items() for text in (name, str(value))]
    return [*flags, "--evaluations", "1", "--batch-size", "3", "--threads", "1", "--half"]


def test_a_korean_encoder_comes_out_with_its_manifest(
    tiny_base: Path, corpora: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert main(_command(tiny_base, corpora, out)) == 0

    encoder = SentenceTransformer(str(out / "final"), device="cpu")
    assert encoder.tokenizer.tokenize("손실") == ["손실"]
    assert encoder.encode(["손실은 모델의 오차야"]).shape == (1, 32)
    manifest = json.loads((out / "final" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data"]["nsmc_reviews.txt.xz"]["licence"] == "CC0-1.0"
    assert manifest["seed"] == 20
    assert {"korsts", "stsb", "epoch"} <= set(manifest["metrics"])
    lengths = manifest["config"]["tokens_per_korean_text"]
    assert lengths["after"]["ml_docs"] < lengths["before"]["ml_docs"] / 2
    assert str(tmp_path) not in json.dumps(manifest)


def test_a_finished_run_is_not_trained_again(
    tiny_base: Path, corpora: Path, tmp_path: Path
) -> None:
    command = _command(tiny_base, corpora, tmp_path / "out")
    main(command)
    before = (tmp_path / "out" / "history.jsonl").read_text(encoding="utf-8")
    assert main(command) == 0
    assert (tmp_path / "out" / "history.jsonl").read_text(encoding="utf-8") == before


def test_a_later_run_goes_on_from_an_earlier_result(
    tiny_base: Path, corpora: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    main(_command(tiny_base, corpora, first))
    assert main([*_command(tiny_base, corpora, second), "--start", str(first / "final")]) == 0

    earlier, later = (
        json.loads((out / "final" / "manifest.json").read_text(encoding="utf-8"))
        for out in (first, second)
    )
    assert later["config"]["start"] == earlier["files"]["model.safetensors"]
    for name in ("teacher", "tokens_per_korean_text"):
        assert later["config"][name] == earlier["config"][name]


def test_bad_data_stops_the_command_before_training(
    tiny_base: Path, corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = corpora / "korsts_dev.tsv"
    broken.write_text("score\tsentence1\tsentence2\nfive\t가\t나\n", encoding="utf-8")
    assert main(_command(tiny_base, corpora, tmp_path / "out")) == 1
    assert f"{broken}, line 2, column score: 'five' is no number" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_the_default_base_is_found_in_the_installed_package() -> None:
    pytest.importorskip(BUNDLED_PACKAGE)
    assert (Path(bundled_base()) / "config.json").is_file()
