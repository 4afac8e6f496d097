"""The encoder body with an adapter for each stage, as `engine.encoder` has it, without torch.

Each adapter is folded into a body of its own: what is served all day need not be switched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from safetensors import SafetensorError
from tokenizers import Tokenizer

from engine.arrays import FloatArray
from engine.artifacts import ENCODER, Manifest, require_base, verify
from engine.errors import ArtifactError
from engine.folded_adapter import fold_adapter
from engine.quantised_weights import load_quantised
from engine.reader_layout import PAIR_TOKENS, TEXT_TOKENS, TOKENIZER_FILE, WEIGHTS_FILE
from engine.served_bert import bert_model
from engine.served_file import ServedModel
from engine.served_models import ServedModels
from engine.served_reader import Precision, ServedReader

# What the libraries raise on files that are sound but do not fit.
_UNUSABLE = (KeyError, TypeError, ValueError, SafetensorError)


WeightChange: TypeAlias = Callable[[Mapping[str, FloatArray]], Mapping[str, FloatArray]]


class ServedEncoder:
    """Implements `AdaptedEncoder` on one core of the processor.

    Args:
        folder: the body's folder, manifest included.
        served: where models are kept as they are served.

    Attributes:
        tokenizer: reads texts and pairs, of `PAIR_TOKENS` at most.

    Raises:
        ArtifactError: the folder is missing, altered, or cannot be loaded.
    """

    device = "cpu"

    def __init__(self, folder: Path, served: ServedModels) -> None:
        self.manifest = verify(folder, ENCODER)
        self._folder = folder
        self._served = served
        self._readers: dict[str, ServedReader] = {}
        self.tokenizer = self._load_tokenizer()

    def add_adapter(self, folder: Path, kind: str) -> Manifest:
        """Load the adapter in `folder` under the name `kind`; returns its manifest.

        Raises:
            ArtifactError: the folder is missing or altered, or was made for another body.
        """
        manifest = verify(folder, kind)
        require_base(manifest, self.manifest, folder)
        self._readers[kind] = self.reader(kind, manifest, lambda body: fold_adapter(body, folder))
        return manifest

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text: ``(len(texts), width)``."""
        if adapter not in self._readers:
            raise ArtifactError(f"the adapter {adapter!r} is not loaded")
        read = self.tokenizer.encode_batch(list(texts))
        means = self._readers[adapter].means([_cut(text.ids) for text in read])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)

    def reader(
        self,
        name: str,
        manifest: Manifest,
        change: WeightChange,
        precision: Precision = Precision.FLOAT32,
    ) -> ServedReader:
        """Load the transformer that a model on this body is; make it where it is not there.

        Args:
            name: what it is kept under.
            manifest: of the model.
            change: makes the model's weights of the body's.
            precision: what it computes with.

        Raises:
            ArtifactError: it cannot be used.
        """

        def make() -> ServedModel:
            try:
                return bert_model(change(load_quantised(self._folder / WEIGHTS_FILE)), self._folder)
            except _UNUSABLE as error:
                raise ArtifactError(f"the model {name} cannot be used: {error}") from error

        load = partial(ServedReader, precision=precision)
        return self._served.load(name, [self.manifest, manifest], make, load)

    def _load_tokenizer(self) -> Tokenizer:
        file = self._folder / TOKENIZER_FILE
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing narrower
            raise ArtifactError(f"{file} cannot be used: {error}") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(PAIR_TOKENS)
        return tokenizer


def _cut(ids: list[int]) -> list[int]:
    """Return as much of a text as is read of one by itself; its last token closes it."""
    return ids if len(ids) <= TEXT_TOKENS else [*ids[: TEXT_TOKENS - 1], ids[-1]]
