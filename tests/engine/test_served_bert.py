"""The words of a served body take a quarter of their size, where nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.quantised_weights import load_quantised
from engine.reader_layout import WEIGHTS_FILE
from engine.served_bert import bert_model
from engine.served_file import ServedModel
from engine.served_reader import ServedReader
from tests.support.tiny_encoder import write_tiny_encoder

WORDS = "embeddings.word_embeddings.weight"
TEXTS = [[2, 9, 40, 3], [2, 7, 3]]


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("models") / "body")


def written(model: ServedModel, folder: Path) -> Path:
    folder.mkdir()
    model.write(folder)
    return folder


def read(folder: Path) -> FloatArray:
    return ServedReader(folder).means(TEXTS)


def test_words_that_are_stored_in_steps_are_served_in_steps(body: Path, tmp_path: Path) -> None:
    stored = load_quantised(body / WEIGHTS_FILE)
    # So little that no text is read otherwise, and too much to be steps of an int8.
    uneven = 1 + np.float32(1e-4) * (np.arange(32) % 2).astype(np.float32)
    other = {**stored, WORDS: stored[WORDS] * uneven}
    small = written(bert_model(stored, body), tmp_path / "small")
    large = written(bert_model(other, body), tmp_path / "large")
    saved = (large / "model.bin").stat().st_size - (small / "model.bin").stat().st_size
    assert saved == pytest.approx(stored[WORDS].nbytes * 3 / 4, rel=0.1)
    np.testing.assert_allclose(read(small), read(large), atol=1e-3)


def test_words_that_steps_would_change_are_kept_as_they_are(body: Path, tmp_path: Path) -> None:
    stored = load_quantised(body / WEIGHTS_FILE)
    noise = np.random.default_rng(1).normal(size=stored[WORDS].shape).astype(np.float32)
    weights = {**stored, WORDS: noise}
    model = bert_model(weights, body)
    served = model.variables["encoder/embeddings_0/weight"]
    np.testing.assert_array_equal(served, noise)
    assert np.isfinite(read(written(model, tmp_path / "noise"))).all()
