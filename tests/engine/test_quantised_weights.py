"""Large matrices take a byte a number and come back close; vectors stay nearly as they were."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.quantised_weights import SCALE, load_quantised, save_quantised


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "weights.safetensors"


def test_a_matrix_comes_back_within_half_a_step_of_its_row(file: Path) -> None:
    matrix = np.random.default_rng(1).normal(size=(64, 128)).astype(np.float32)
    matrix[3] *= 50  # one loud row must not make the others coarse
    save_quantised({"layer": matrix}, file)
    found = load_quantised(file)["layer"]
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert found.dtype == np.float32
    assert (np.abs(found - matrix) <= step * 0.501).all()


def test_a_matrix_takes_a_byte_a_number(file: Path) -> None:
    save_quantised({"layer": np.ones((256, 256), dtype=np.float32)}, file)
    assert load_file(str(file))["layer"].dtype == np.int8
    assert file.stat().st_size < 256 * 256 * 1.1


def test_a_row_of_zeros_stays_one(file: Path) -> None:
    matrix = np.zeros((64, 64), dtype=np.float32)
    save_quantised({"layer": matrix}, file)
    assert np.array_equal(load_quantised(file)["layer"], matrix)


def test_vectors_and_small_matrices_keep_half_precision(file: Path) -> None:
    bias = np.linspace(-1, 1, 7, dtype=np.float32)
    save_quantised({"bias": bias, "head": bias.reshape(1, 7)}, file)
    found = load_quantised(file)
    assert found.keys() == {"bias", "head"}
    assert np.allclose(found["bias"], bias, atol=1e-3)


def test_a_matrix_without_its_scale_is_refused(file: Path) -> None:
    save_file({"layer": np.ones((2, 2), dtype=np.int8)}, str(file))
    with pytest.raises(ValueError, match="layer has no scale"):
        load_quantised(file)
    assert SCALE not in load_file(str(file))


def test_everybody_may_read_the_file(file: Path) -> None:
    save_quantised({"bias": np.ones(2, dtype=np.float32)}, file)
    assert file.stat().st_mode & 0o777 == 0o644
