"""Encoding is independent of company, and the exported folder says the same as the student."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from engine.artifacts import ENCODER, Manifest, verify
from training.encoder_model import (
    SentenceEncoder,
    export,
    extend_encoder,
    load_encoder,
    plain_tokenizer,
)
from training.errors import BaseModelError
from training.vocabulary import extend

MANIFEST = Manifest(ENCODER, base={}, config={}, data={}, metrics={}, seed=3)
TEXTS = ["손실은 모델의 오차야", "the loss", "gradient descent lowers the loss, 손실!"]


@pytest.fixture
def student(tiny_base: Path) -> SentenceEncoder:
    base = load_encoder(str(tiny_base), max_tokens=48)
    return extend_encoder(base, extend(plain_tokenizer(base), ["손실", "##은", "모델", "##의"]))


def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(student: SentenceEncoder) -> None:
    together = student.encode(TEXTS)
    alone = np.concatenate([student.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=0.03)


def test_long_texts_are_cut(tiny_base: Path) -> None:
    encoder = load_encoder(str(tiny_base), max_tokens=8)
    assert [len(ids) for ids in encoder.tokenise(["loss " * 50, "loss"])] == [8, 3]


def test_extension_leaves_english_where_it_was(tiny_base: Path, student: SentenceEncoder) -> None:
    base = load_encoder(str(tiny_base), max_tokens=48)
    english = ["the loss is a model", "gradient descent"]
    np.testing.assert_allclose(student.encode(english), base.encode(english), atol=1e-6)


def test_the_exported_folder_loads_and_agrees_with_the_student(
    student: SentenceEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "final"
    for half in (False, True):
        export(student, folder, half=half, manifest=MANIFEST)
        loaded = SentenceTransformer(
            str(folder), device="cpu", model_kwargs={"dtype": torch.float32}
        )
        cosines = (loaded.encode(TEXTS) * student.encode(TEXTS)).sum(axis=1)
        np.testing.assert_allclose(cosines, 1.0, atol=1e-3)
    stored = load_file(folder / "model.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16}
    assert (folder / "model.safetensors").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["final"]


def test_the_manifest_names_the_weights_beside_it(student: SentenceEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "final"
    export(student, folder, half=True, manifest=MANIFEST)
    manifest = verify(folder, ENCODER)
    weights = (folder / "model.safetensors").read_bytes()
    assert manifest.seed == 3
    assert manifest.files["model.safetensors"] == hashlib.sha256(weights).hexdigest()


def test_a_base_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match="nothing_here"):
        load_encoder(str(tmp_path / "nothing_here"), max_tokens=48)
