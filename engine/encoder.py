"""The one encoder body that all S-BERT stages share, with a LoRA adapter for each of them.

Adapters are peft folders beside the body's (``engine/weights/encoder``). Switching an adapter costs
microseconds, so that three models cost the memory of one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from peft import PeftModel

from engine.arrays import FloatArray
from engine.artifacts import ENCODER, Manifest, require_base, verify
from engine.encoder_body import UNLOADABLE, EncoderBody, load_encoder_body
from engine.errors import ArtifactError


class SharedEncoder:
    """Implements `AdaptedEncoder`: loads the body once and runs it with one adapter or another.

    Args:
        folder: the body's folder, manifest included.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: the folder is missing, altered, or cannot be loaded.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.manifest = verify(folder, ENCODER)
        self.body: EncoderBody = load_encoder_body(folder, device)
        self._adapters: PeftModel | None = None
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        """Where it runs."""
        return str(self.body.model.device)

    def add_adapter(self, folder: Path, kind: str) -> Manifest:
        """Load the adapter in `folder` under the name `kind`; returns its manifest.

        Raises:
            ArtifactError: the folder is missing or altered, or was made for another body.
        """
        manifest = verify(folder, kind)
        require_base(manifest, self.manifest, folder)
        try:
            if self._adapters is None:
                self._adapters = PeftModel.from_pretrained(
                    self.body.model, str(folder), adapter_name=kind
                )
            else:
                self._adapters.load_adapter(str(folder), adapter_name=kind)
        except UNLOADABLE as error:
            raise ArtifactError(f"{folder} cannot be loaded: {error}") from error
        self.body.model.eval()
        return manifest

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text: ``(len(texts), width)``."""
        with self._lock:
            self._use(adapter)
            return self.body.encode(texts)

    def encode_many(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Do as `encode`, in half the time where there are hundreds of texts.

        The adapter is folded into the body meanwhile, which takes as long as encoding a few texts.
        """
        with self._lock:
            adapters = self._use(adapter)
            adapters.merge_adapter([adapter])
            try:
                return self.body.encode(texts)
            finally:
                adapters.unmerge_adapter()

    def _use(self, adapter: str) -> PeftModel:
        if self._adapters is None:
            raise ArtifactError(f"no adapter is loaded; {adapter!r} is needed")
        self._adapters.set_adapter(adapter)
        return self._adapters
