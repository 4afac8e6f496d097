"""A model folder is used only if it is what its manifest says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from engine.artifacts import (
    ANSWER_EVALUATOR,
    ENCODER,
    Manifest,
    file_sha256,
    read_manifest,
    verify,
    write_manifest,
)
from engine.errors import ArtifactError

PLAIN = Manifest(
    kind=ENCODER,
    base={"name": "a body"},
    config={"margin": 0.25, "intents": ["answer", "힌트"]},
    data={"rows.csv": "CC0"},
    metrics={"accuracy": 0.5},
    seed=20,
    files={"left over": "from before"},
)
_EMPTY = {"kind": ENCODER, "base": {}, "config": {}, "data": {}, "metrics": {}, "seed": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    (model / "1_Pooling").mkdir(parents=True)
    (model / "weights.bin").write_bytes(bytes(range(256)) * 999)
    (model / "1_Pooling" / "config.json").write_text("{}", encoding="utf-8")
    write_manifest(model, PLAIN)
    return model


def test_what_is_written_is_read_again(folder: Path) -> None:
    manifest = verify(folder, ENCODER)
    assert manifest.config == PLAIN.config
    assert manifest.seed == 20
    assert manifest.files == {
        "weights.bin": hashlib.sha256(bytes(range(256)) * 999).hexdigest(),
        "1_Pooling/config.json": hashlib.sha256(b"{}").hexdigest(),
    }
    assert write_manifest(folder, manifest) == manifest


def test_the_digest_follows_the_files_not_the_words_about_them(folder: Path) -> None:
    before = read_manifest(folder).digest
    assert write_manifest(folder, PLAIN).digest == before
    (folder / "weights.bin").write_bytes(b"others")
    assert write_manifest(folder, PLAIN).digest != before


def test_checkpoints_are_no_part_of_the_model(folder: Path) -> None:
    before = read_manifest(folder)
    (folder / "checkpoints" / "runs").mkdir(parents=True)
    (folder / "checkpoints" / "runs" / "events").write_bytes(b"log")
    assert write_manifest(folder, PLAIN) == before


def test_an_altered_file_is_named(folder: Path) -> None:
    file = folder / "weights.bin"
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(data)
    with pytest.raises(ArtifactError, match=r"weights\.bin does not match its manifest; restore"):
        verify(folder, ENCODER)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "1_Pooling" / "config.json").unlink()
    with pytest.raises(ArtifactError, match=r"config\.json is missing; restore"):
        verify(folder, ENCODER)


def test_a_model_of_another_kind_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="kind 'encoder', not 'answer_evaluator'"):
        verify(folder, ANSWER_EVALUATOR)


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "empty"
    if there:
        folder.mkdir()
    with pytest.raises(ArtifactError, match=r"manifest\.json is missing; restore"):
        verify(folder, ENCODER)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"3",
        b"{}",
        b'{"kind": "encoder"}',
        json.dumps({**_EMPTY, "config": []}).encode(),
        json.dumps({**_EMPTY, "files": ["weights.bin"]}).encode(),
    ],
)
def test_what_is_no_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"manifest\.json is no manifest"):
        verify(folder, ENCODER)


def test_a_file_that_cannot_be_read_is_an_error_of_the_artifact(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()
    with pytest.raises(ArtifactError, match=r"manifest\.json cannot be read: Is a directory"):
        verify(folder, ENCODER)


def test_the_sha256_is_that_of_the_contents(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"abc")
    assert file_sha256(file) == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
