"""Model folders: the manifest beside the weights, written once by training, verified on loading.

``engine/weights/`` holds one folder a model. Each has a ``manifest.json`` that says what the model
is, what it was trained on, how good it was, and the sha256 of every other file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ArtifactError

WEIGHTS = Path(__file__).parent / "weights"
MANIFEST = "manifest.json"
# Training keeps its state in this folder of the model; it is no part of the model.
CHECKPOINTS = "checkpoints"

ENCODER = "encoder"
ANSWER_EVALUATOR = "answer_evaluator"
QUESTION_SELECTOR = "question_selector"
ANSWER_VERIFIER = "answer_verifier"
LANGUAGE_MODEL = "language_model"
UTTERANCE_GENERATOR = "utterance_generator"
UTTERANCE_JUDGE = "utterance_judge"
BUNDLED = (ENCODER, ANSWER_EVALUATOR, QUESTION_SELECTOR, ANSWER_VERIFIER)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says of itself.

    Args:
        kind: what the model is for, one of the names above.
        base: the model that it was made from; ``sha256`` there must match for an adapter.
        config: everything needed to use it, thresholds included, and how it was trained.
        data: file or set → sha256 or licence note of what it was trained on.
        metrics: how good it was, by split.
        seed: the random seed of its training.
        files: name → sha256 of every other file of the folder.
    """

    kind: str
    base: Mapping[str, str]
    config: Mapping[str, Any]
    data: Mapping[str, Any]
    metrics: Mapping[str, Any]
    seed: int
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return one sha256 that stands for all files of the model."""
        joined = "".join(f"{name}:{sha}\n" for name, sha in sorted(self.files.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest of a finished model folder, hashing its files.

    Args:
        folder: the folder; every file in it but the manifest and the checkpoints is hashed.
        manifest: what to write; its `files` are replaced by what is there.
    """
    files = {
        file.relative_to(folder).as_posix(): file_sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.relative_to(folder).parts[0] not in (MANIFEST, CHECKPOINTS)
    }
    complete = Manifest(**{**_shallow(manifest), "files": files})
    text = json.dumps(asdict(complete), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return complete


def verify(folder: Path, kind: str) -> Manifest:
    """Read the manifest of a model folder and check every file against it.

    Args:
        folder: the model folder.
        kind: what the model must be for.

    Raises:
        ArtifactError: the folder, the manifest or a file is missing, altered or of another kind.
    """
    manifest = read_manifest(folder)
    if manifest.kind != kind:
        raise ArtifactError(f"{folder} holds a model of kind {manifest.kind!r}, not {kind!r}")
    for name, expected in manifest.files.items():
        file = folder / name
        if not file.is_file():
            raise ArtifactError(f"{file} is missing; {_RESTORE}")
        if _readable_sha256(file) != expected:
            raise ArtifactError(f"{file} does not match its manifest; {_RESTORE}")
    return manifest


def require_base(manifest: Manifest, base: Manifest, folder: Path) -> None:
    """Make sure that a model was trained on a body.

    Args:
        manifest: of the model.
        base: of the body.
        folder: of the model.

    Raises:
        ArtifactError: it was trained on another one.
    """
    expected = manifest.base.get("digest")
    if expected != base.digest:
        raise ArtifactError(
            f"{folder} was trained on another encoder ({expected}); "
            "train it again on this one, or restore both with `git checkout -- engine/weights`"
        )


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a model folder without checking its files.

    Raises:
        ArtifactError: it is missing or is no manifest.
    """
    file = folder / MANIFEST
    try:
        manifest = Manifest(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise ArtifactError(f"{file} is missing; {_RESTORE}") from None
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError) as error:
        raise ArtifactError(f"{file} is no manifest ({error}); {_RESTORE}") from None
    for name in ("base", "config", "data", "metrics", "files"):
        if not isinstance(getattr(manifest, name), dict):
            raise ArtifactError(f"{file} is no manifest ({name!r} is no object); {_RESTORE}")
    return manifest


def file_sha256(file: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _readable_sha256(file: Path) -> str:
    try:
        return file_sha256(file)
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error.strerror}") from None


_RESTORE = (
    "restore it with `git checkout -- engine/weights`, or train it again (training/README.md)"
)


def _shallow(manifest: Manifest) -> dict[str, Any]:
    """Return the fields without copying what they hold."""
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
