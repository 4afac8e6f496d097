"""The small causal LM: its shape, a step of its training, and how well it guesses texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from engine.prompts import END, PAD, SPECIAL_TOKENS
from training.packed_texts import TokenRows
from training.plain_attention import use_plain_attention
from training.precision import has_fast_bf16, mixed_precision
from training.vocabulary_loss import summed_cross_entropy

# Ids are kept in 16 bits, and every byte is a piece.
MOST_PIECES = 65_535
BYTES = 256
_EVALUATED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the model is; as it stands, 17 million parameters.

    Args:
        pieces: size of the vocabulary.
        context: tokens that it can read.
        width: of its states.
        layers: how many.
        heads: of each layer's attention.
        key_heads: of its keys and values.
        inner_width: of its feed-forward layers.
    """

    pieces: int = 12_000
    context: int = 512
    width: int = 384
    layers: int = 8
    heads: int = 6
    key_heads: int = 2
    inner_width: int = 1024

    @property
    def faults(self) -> tuple[str, ...]:
        """What makes the shape impossible, one sentence each; nothing if it is possible."""
        smallest = BYTES + len(SPECIAL_TOKENS)
        checks = {
            f"pieces: {self.pieces} is not from {smallest} to {MOST_PIECES}": (
                smallest <= self.pieces <= MOST_PIECES
            ),
            f"width: {self.width} is no even number times {self.heads} heads": (
                self.width % (2 * self.heads) == 0
            ),
            f"heads: {self.heads} cannot share {self.key_heads} key heads evenly": (
                self.heads % self.key_heads == 0
            ),
        }
        return tuple(fault for fault, holds in checks.items() if not holds)


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """How the model learns.

    Args:
        learning_rate: at the peak.
        warm_up: share of the training in which the rate rises to it; it then falls as a cosine.
        weight_decay: of matrices.
        batch_size: rows a step.
        longest_gradient: longer ones are shortened to this.
        seed: of weights and order.
    """

    learning_rate: float = 1e-3
    warm_up: float = 0.02
    weight_decay: float = 0.1
    batch_size: int = 8
    longest_gradient: float = 1.0
    seed: int = 20


def new_model(shape: Shape, *, seed: int) -> LlamaForCausalLM:
    """Return an untrained model."""
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=shape.pieces,
            max_position_embeddings=shape.context,
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.key_heads,
            intermediate_size=shape.inner_width,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=SPECIAL_TOKENS.index(END),
            pad_token_id=SPECIAL_TOKENS.index(PAD),
        )
    )


def rate_share(progress: float, warm_up: float) -> float:
    """Return the share of the peak rate at a point of the training, from 0 to 1."""
    if progress < warm_up:
        return progress / warm_up
    spent = min(1.0, (progress - warm_up) / (1.0 - warm_up))
    return 0.5 * (1.0 + math.cos(math.pi * spent))


class LanguageLearner:
    """A model with its optimiser.

    Args:
        model: what learns.
        settings: how.
        device: ``cpu`` or ``cuda``.
    """

    def __init__(self, model: LlamaForCausalLM, settings: LearningSettings, device: str) -> None:
        self.model = model.to(device)
        self._settings = settings
        if device == "cpu":
            use_plain_attention(self.model)
        parameters = list(self.model.parameters())
        decay = settings.weight_decay
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in parameters if p.dim() > 1], "weight_decay": decay},
                {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            betas=(0.9, 0.95),
        )

    def learn(self, rows: TokenRows, progress: float) -> float:
        """Take one step.

        Args:
            rows: token ids, ``(rows, length)``.
            progress: share of the training that is done after this step, from 0 to 1.

        Returns:
            The mean cross-entropy of the next token, in nats.
        """
        self.model.train()
        rate = self._settings.learning_rate * rate_share(progress, self._settings.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self._loss(rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self._settings.longest_gradient)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.item())

    def perplexity(self, rows: TokenRows) -> float:
        """Return e to the mean cross-entropy of the next token over all rows."""
        self.model.eval()
        total = 0.0
        with torch.inference_mode():
            for start in range(0, len(rows), _EVALUATED_AT_ONCE):
                losses = self._cross_entropy(rows[start : start + _EVALUATED_AT_ONCE])
                total += losses.double().sum().item()
        return math.exp(total / (rows.shape[0] * (rows.shape[1] - 1)))

    def state(self) -> dict[str, Any]:
        """Return what `load` takes up."""
        return {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up what `state` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])

    def _loss(self, rows: TokenRows) -> torch.Tensor:
        """Return the mean cross-entropy, a few positions at a time on a processor."""
        if self.model.device.type != "cpu":
            return self._cross_entropy(rows).mean()
        ids = torch.from_numpy(rows.astype(np.int64))
        with mixed_precision(self.model.device):
            states = self.model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
        precision = torch.bfloat16 if has_fast_bf16("cpu") else torch.float32
        wanted = ids[:, 1:].flatten()
        table = self.model.lm_head.weight
        return summed_cross_entropy(states.flatten(0, 1), table, wanted, precision) / len(wanted)

    def _cross_entropy(self, rows: TokenRows) -> torch.Tensor:
        """Return that of every token but the first of each row, ``(rows * (length - 1),)``."""
        ids = torch.from_numpy(rows.astype(np.int64)).to(self.model.device)
        with mixed_precision(self.model.device):
            logits = self.model(input_ids=ids[:, :-1], use_cache=False).logits
        return cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
