"""Reads two texts together: transformer layers of its own on the shared body's word embeddings.

Judging a pair is another trade than measuring similarity, and a LoRA adapter learned it too slowly
(`training/LOG.md`), so the verifier has all of its layers to itself. The word embeddings, more than
half of the body, stay shared and frozen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModel, BatchEncoding
from transformers.initialization import no_init_weights

from engine.encoder_body import UNUSED, EncoderBody, load_layers
from engine.quantised_weights import load_quantised, save_quantised
from engine.reader_layout import PAIR_TOKENS

_SHARED = "word_embeddings"


class PairReader(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """Classifies pairs of texts.

    Args:
        body: the shared body, which gives tokenizer, configuration and word embeddings.
        classes: how many classes there are.
    """

    def __init__(self, body: EncoderBody, *, classes: int) -> None:
        super().__init__()
        self.tokenizer = body.tokenizer
        with no_init_weights():
            layers = AutoModel.from_config(body.model.config, dtype=torch.float32)
        self.layers = layers.to(body.model.device)
        self.layers.set_input_embeddings(body.model.get_input_embeddings())
        self.head = torch.nn.Linear(body.width, classes).to(body.model.device)
        self.eval()

    def tokenise(self, pairs: Sequence[tuple[str, str]]) -> BatchEncoding:
        """Return what `forward` reads, still in the processor's memory."""
        return self.tokenizer(
            [first for first, _ in pairs],
            [second for _, second in pairs],
            padding=True,
            truncation="longest_first",
            max_length=PAIR_TOKENS,
            return_tensors="pt",
        )

    def forward(self, tokens: BatchEncoding) -> torch.Tensor:
        """Return logits: a tensor ``(pairs, classes)``."""
        tokens = tokens.to(self.layers.device)
        states = self.layers(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        logits: torch.Tensor = self.head((states * mask).sum(1) / mask.sum(1))
        return logits

    def start_from(self, body: EncoderBody) -> None:
        """Take over the body's layers: where training begins."""
        own = {name: w for name, w in body.model.state_dict().items() if _SHARED not in name}
        load_layers(self.layers, own, apart=_SHARED)

    def save(self, file: Path) -> None:
        """Write what is the reader's own, quantised."""
        own = {
            name: tensor.detach().float().cpu().numpy()
            for name, tensor in self.state_dict().items()
            if _SHARED not in name and UNUSED not in name
        }
        save_quantised(own, file)

    def load(self, file: Path) -> None:
        """Read what `save` wrote.

        Raises:
            OSError, SafetensorError: the file cannot be read.
            ValueError: it does not fit the body.
        """
        weights = {name: torch.from_numpy(w) for name, w in load_quantised(file).items()}
        load_layers(self, weights, apart=_SHARED)
