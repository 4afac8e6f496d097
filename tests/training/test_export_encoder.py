"""The engine's folder says the same as the encoder that it was made from, in less room."""

from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import ENCODER, Manifest, verify
from engine.encoder_body import load_encoder_body
from training.encoder_model import SentenceEncoder, export, load_encoder
from training.export_encoder import export_encoder, main

MANIFEST = Manifest(
    ENCODER, base={"name": "tiny"}, config={"epochs": 1}, data={}, metrics={}, seed=3
)
TEXTS = ["the loss is the error of a model", "gradient descent lowers the loss"]


@pytest.fixture
def source(tiny_base: Path, tmp_path: Path) -> tuple[SentenceEncoder, Path]:
    encoder = load_encoder(str(tiny_base), max_tokens=48)
    export(encoder, tmp_path / "final", half=False, manifest=MANIFEST)
    return encoder, tmp_path / "final"


def test_the_export_agrees_with_its_source(
    source: tuple[SentenceEncoder, Path], tmp_path: Path
) -> None:
    encoder, folder = source
    written = export_encoder(folder, tmp_path / "engine")
    vectors = load_encoder_body(tmp_path / "engine", "cpu").encode(TEXTS)
    cosines = (vectors * encoder.encode(TEXTS)).sum(axis=1)
    np.testing.assert_allclose(cosines, 1.0, atol=0.01)
    assert verify(tmp_path / "engine", ENCODER) == written
    assert written.base == MANIFEST.base
    assert written.config == {"epochs": 1, "stored": "int8, a scale a row"}


def test_given_corpora_the_export_is_scored(
    source: tuple[SentenceEncoder, Path], corpora: Path, tmp_path: Path
) -> None:
    scores = export_encoder(source[1], tmp_path / "engine", corpora).metrics["exported"]
    assert scores["cosine_to_source"] == pytest.approx(1.0, abs=0.01)
    assert {"korsts", "stsb", "language_gap"} <= scores.keys()


def test_an_altered_source_is_refused(
    source: tuple[SentenceEncoder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source[1] / "config.json").write_text("{}", encoding="utf-8")
    out = tmp_path / "engine"
    assert main(["--from", str(source[1]), "--out", str(out)]) == 2
    assert "config.json does not match its manifest" in capsys.readouterr().err
    assert not out.exists()
