"""What CTranslate2 serves reads as torch does: the same vectors, logits and refusals."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.answer_verifier import CrossEncoderVerifier
from engine.artifacts import ENCODER, Manifest, write_manifest
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from engine.reader_layout import PAIR_TOKENS, TEXT_TOKENS
from engine.served_encoder import ServedEncoder
from engine.served_models import ServedModels
from engine.served_verifier import ServedVerifier
from tests.support.tiny_encoder import write_tiny_encoder
from tests.support.tiny_readers import write_tiny_adapter, write_tiny_verifier

TEXTS = [
    "a",
    "the loss is how wrong the model is",
    "손실",
    "",
    "long " * TEXT_TOKENS,
    *(f"text {number}" for number in range(70)),
]
CLOSE = 2e-5


@dataclass(frozen=True)
class Folders:
    body: Path
    first: Path
    second: Path
    verifier: Path


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    root = tmp_path_factory.mktemp("models")
    body = write_tiny_encoder(root / "body")
    return Folders(
        body,
        write_tiny_adapter(root / "first", body, "first", seed=1),
        write_tiny_adapter(root / "second", body, "second", seed=2),
        write_tiny_verifier(root / "verifier", body, seeds=(3, 4)),
    )


def served(folders: Folders, cache: Path | None = None) -> ServedEncoder:
    return ServedEncoder(folders.body, ServedModels(cache))


def test_vectors_are_those_of_torch_whichever_adapter(folders: Folders) -> None:
    reference, quick = SharedEncoder(folders.body, "cpu"), served(folders)
    for encoder in (reference, quick):
        encoder.add_adapter(folders.first, "first")
        encoder.add_adapter(folders.second, "second")
    for adapter in ("first", "second", "first"):
        vectors = quick.encode(TEXTS, adapter)
        np.testing.assert_allclose(vectors, reference.encode(TEXTS, adapter), atol=CLOSE)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=CLOSE)
    assert not np.allclose(quick.encode(["a"], "first"), quick.encode(["a"], "second"), atol=0.01)


def test_a_text_has_the_same_vector_in_any_company(folders: Folders) -> None:
    encoder = served(folders)
    encoder.add_adapter(folders.first, "first")
    alone = np.concatenate([encoder.encode([text], "first") for text in TEXTS[:5]])
    np.testing.assert_allclose(encoder.encode(TEXTS, "first")[:5], alone, atol=CLOSE)


def test_logits_are_those_of_torch(folders: Folders) -> None:
    reference = CrossEncoderVerifier(SharedEncoder(folders.body, "cpu"), folders.verifier)
    quick = ServedVerifier(served(folders), folders.verifier)
    pairs = [(TEXTS[n], TEXTS[-n]) for n in range(70)] + [("long " * PAIR_TOKENS, "longer " * 99)]
    np.testing.assert_allclose(quick.judge(pairs), reference.judge(pairs), atol=1e-4)
    assert quick.judge([]).shape == (0, 4)


@pytest.mark.parametrize("made_for_it", [True, False])
def test_there_is_a_quick_reading_where_the_processor_is_made_for_it(
    folders: Folders, made_for_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.served_verifier.adds_products_of_int8", lambda: made_for_it)
    verifier = ServedVerifier(served(folders), folders.verifier)
    pairs = [(TEXTS[1], "wrong"), ("the model", "a number")]
    if not made_for_it:
        assert verifier.quick is None
        return
    assert verifier.quick is not None
    exact, quick = verifier.judge(pairs), verifier.quick.judge(pairs)
    off = np.abs(quick - exact).max()
    assert CLOSE < off < 0.1 * np.abs(exact).max(), "computed in int8"


def test_models_of_another_body_are_refused(folders: Folders, tmp_path: Path) -> None:
    other = ServedEncoder(write_tiny_encoder(tmp_path / "other", seed=9), ServedModels(None))
    with pytest.raises(ArtifactError, match="was trained on another encoder"):
        other.add_adapter(folders.first, "first")
    with pytest.raises(ArtifactError, match="was trained on another encoder"):
        ServedVerifier(other, folders.verifier)


def test_an_adapter_that_is_not_loaded_is_named(folders: Folders) -> None:
    with pytest.raises(ArtifactError, match="'second' is not loaded"):
        served(folders).encode(["a"], "second")


def test_an_adapter_that_cannot_be_folded_is_refused(folders: Folders, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folders.first, tmp_path / "copy"))
    config = json.loads((copy / "adapter_config.json").read_text())
    (copy / "adapter_config.json").write_text(json.dumps(config | {"use_dora": True}))
    encoder = served(folders)
    write_manifest(copy, Manifest("first", {"digest": encoder.manifest.digest}, {}, {}, {}, 1))
    with pytest.raises(ArtifactError, match="no plain LoRA adapter"):
        encoder.add_adapter(copy, "first")


def test_a_body_that_lacks_a_layer_is_refused(folders: Folders, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folders.body, tmp_path / "copy"))
    weights = load_file(copy / "weights.safetensors")
    del weights["encoder.layer.1.output.dense.bias"]
    save_file(weights, copy / "weights.safetensors")
    manifest = write_manifest(copy, Manifest(ENCODER, {}, {}, {}, {}, seed=1))
    adapter = Path(shutil.copytree(folders.first, tmp_path / "adapter"))
    write_manifest(adapter, Manifest("first", {"digest": manifest.digest}, {}, {}, {}, seed=1))
    with pytest.raises(ArtifactError, match=r"layer\.1\.output\.dense\.bias"):
        ServedEncoder(copy, ServedModels(None)).add_adapter(adapter, "first")
