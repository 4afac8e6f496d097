"""The one encoder body that all S-BERT stages share, with a LoRA adapter for each of them.

The body is a sentence-transformers folder (``engine/weights/encoder``); adapters are peft folders
beside it. Switching an adapter costs microseconds, so that three models cost the memory of one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer

from engine.arrays import FloatArray
from engine.artifacts import ENCODER, Manifest, verify
from engine.errors import ArtifactError

MAX_TOKENS = 192
BATCH = 64
# What the libraries raise on files that are sound but do not fit.
_UNLOADABLE = (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError)


class SharedEncoder:
    """Loads the body once and runs it with one adapter or another.

    Args:
        folder: the body's folder, manifest included.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: the folder is missing, altered, or cannot be loaded.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.manifest = verify(folder, ENCODER)
        try:
            self._model = SentenceTransformer(
                str(folder),
                device=device,
                local_files_only=True,
                model_kwargs={"dtype": torch.float32},
            )
        except _UNLOADABLE as error:
            raise ArtifactError(f"{folder} cannot be loaded: {error}") from error
        self._model.max_seq_length = MAX_TOKENS
        self._model.eval()
        self._adapters: PeftModel | None = None
        self._lock = threading.Lock()

    @property
    def body(self) -> SentenceTransformer:
        """The body itself."""
        return self._model

    def check_base(self, manifest: Manifest, folder: Path) -> None:
        """Make sure that a model was trained on this body.

        Raises:
            ArtifactError: it was trained on another one.
        """
        expected = manifest.base.get("digest")
        if expected != self.manifest.digest:
            raise ArtifactError(
                f"{folder} was trained on another encoder ({expected}); "
                "train it again on this one, or restore both with `git checkout -- engine/weights`"
            )

    def add_adapter(self, folder: Path, kind: str) -> Manifest:
        """Load the adapter in `folder` under the name `kind`; returns its manifest.

        Raises:
            ArtifactError: the folder is missing or altered, or was made for another body.
        """
        manifest = verify(folder, kind)
        self.check_base(manifest, folder)
        try:
            if self._adapters is None:
                self._adapters = PeftModel.from_pretrained(
                    self._model[0].auto_model, str(folder), adapter_name=kind
                )
            else:
                self._adapters.load_adapter(str(folder), adapter_name=kind)
        except _UNLOADABLE as error:
            raise ArtifactError(f"{folder} cannot be loaded: {error}") from error
        self._model.eval()
        return manifest

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text: ``(len(texts), 384)``."""
        with self._lock:
            self._use(adapter)
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def _use(self, adapter: str) -> None:
        if self._adapters is None:
            raise ArtifactError(f"no adapter is loaded; {adapter!r} is needed")
        self._adapters.set_adapter(adapter)
