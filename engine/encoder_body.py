"""The shared transformer as it lies on disk: configuration, tokenizer and quantised weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from torch.nn.functional import normalize
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast
from transformers.initialization import no_init_weights

from engine.arrays import FloatArray
from engine.errors import ArtifactError
from engine.quantised_weights import load_quantised
from engine.reader_layout import BATCH, TEXT_TOKENS, WEIGHTS_FILE

# The part of a transformer that mean pooling has no use for.
UNUSED = "pooler"
# What the libraries raise on files that are sound but do not fit.
UNLOADABLE = (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError)


@dataclass(frozen=True, slots=True)
class EncoderBody:
    """A transformer and its tokenizer.

    Args:
        model: the transformer, in fp32, ready to infer.
        tokenizer: its fast tokenizer.
    """

    model: Any
    tokenizer: PreTrainedTokenizerFast

    @property
    def width(self) -> int:
        """Size of its vectors."""
        return int(self.model.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return the mean token state of each text at unit length: ``(len(texts), width)``.

        Short texts run together with short ones, so that little of a batch is padding.
        """
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        order = by_length(self.tokenizer, texts)
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                vectors[batch] = self._encode_batch([texts[index] for index in batch])
        return vectors

    def _encode_batch(self, texts: Sequence[str]) -> FloatArray:
        tokens = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=TEXT_TOKENS, return_tensors="pt"
        ).to(self.model.device)
        states = self.model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        vectors: FloatArray = normalize(mean, dim=1).float().cpu().numpy()
        return vectors


def by_length(
    tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], seconds: Sequence[str] | None = None
) -> list[int]:
    """Return the order in which texts, or pairs of texts, fill batches with the least padding.

    Counted in tokens: a Korean letter is worth three Latin ones. What fits one batch stays put.

    Args:
        tokenizer: counts.
        texts: the texts, or the first of each pair.
        seconds: the second of each pair.
    """
    if len(texts) <= BATCH:
        return list(range(len(texts)))
    more = () if seconds is None else (list(seconds),)
    tokens = tokenizer(list(texts), *more, truncation=True, max_length=TEXT_TOKENS)["input_ids"]
    return sorted(range(len(texts)), key=lambda index: len(tokens[index]))


def load_layers(model: Any, weights: Mapping[str, torch.Tensor], *, apart: str = "") -> None:
    """Take over weights by name; the pooler, which mean pooling does not use, may lack.

    Args:
        model: the transformer.
        weights: name → tensor.
        apart: part of the names of layers that come from elsewhere.

    Raises:
        ValueError: a layer is missing, unknown, or of another shape.
    """
    try:
        missing, unknown = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    lost = [n for n in missing if UNUSED not in n and not (apart and apart in n)]
    if lost or unknown:
        raise ValueError(f"layers do not fit: missing {lost}, unknown {list(unknown)}")


def load_encoder_body(folder: Path, device: str) -> EncoderBody:
    """Load a body that `training.export_encoder` wrote.

    Args:
        folder: has ``config.json``, the tokenizer, and the quantised weights.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: it cannot be loaded.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        with no_init_weights():
            model = AutoModel.from_config(config, dtype=torch.float32)
        weights = load_quantised(folder / WEIGHTS_FILE)
        load_layers(model, {n: torch.from_numpy(w) for n, w in weights.items()})
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except UNLOADABLE as error:
        raise ArtifactError(f"{folder} cannot be loaded: {error}") from error
    return EncoderBody(model.to(device).eval(), tokenizer)
