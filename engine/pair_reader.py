"""Reads two texts together: transformer layers of its own on the shared body's word embeddings.

Judging a pair is another trade than measuring similarity, and a LoRA adapter learned it too slowly
(`training/LOG.md`), so the verifier has all of its layers to itself. The word embeddings, more than
half of the body, stay shared and frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoModel

LAYERS_FILE = "layers.safetensors"
MAX_TOKENS = 192
# Parts of the transformer that are not the reader's own: shared, or not used.
_NOT_OWN = ("word_embeddings", "pooler")


class PairReader:
    """Encodes pairs of texts.

    Args:
        body: the shared body, which gives tokenizer, configuration and word embeddings.
    """

    def __init__(self, body: SentenceTransformer) -> None:
        shared = body[0].auto_model
        self.tokenizer = body.tokenizer
        self.model = AutoModel.from_config(shared.config).to(body.device, torch.float32)
        self.model.set_input_embeddings(shared.get_input_embeddings())
        self.model.eval()

    def states(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """Return the mean token state of each pair: a tensor ``(len(pairs), width)``."""
        tokens = self.tokenizer(
            [first for first, _ in pairs],
            [second for _, second in pairs],
            padding=True,
            truncation="longest_first",
            max_length=MAX_TOKENS,
            return_tensors="pt",
        ).to(self.model.device)
        states = self.model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1)

    def own_weights(self) -> dict[str, Any]:
        """Return what is the reader's own, in half precision."""
        return {
            name: tensor.detach().half().contiguous()
            for name, tensor in self.model.state_dict().items()
            if not any(part in name for part in _NOT_OWN)
        }

    def load(self, file: Path) -> None:
        """Read what `own_weights` gave.

        Raises:
            OSError, SafetensorError: the file cannot be read.
            ValueError: it does not fit the body.
        """
        self.load_weights(load_file(str(file)))

    def load_weights(self, weights: Mapping[str, Any]) -> None:
        """Take over weights by name; word embeddings and unused parts are passed over.

        Raises:
            ValueError: a layer is missing, unknown, or of another shape.
        """
        own = {n: w.float() for n, w in weights.items() if not any(p in n for p in _NOT_OWN)}
        try:
            missing, unknown = self.model.load_state_dict(own, strict=False)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        lost = [name for name in missing if not any(part in name for part in _NOT_OWN)]
        if lost or unknown:
            raise ValueError(f"layers do not fit: missing {lost}, unknown {list(unknown)}")
