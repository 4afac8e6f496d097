"""Draws tokens from a causal language model, several texts at a time, each with its own seed.

A row's chance is one row of uniform numbers, drawn before it starts: what a seed gives depends
neither on what else is in the batch nor on the device. A row leaves the batch when it ends.
"""

from __future__ import annotations

import inspect
from collections.abc import Container, Iterator, Sequence
from typing import Any

import torch
from torch.nn.functional import softmax
from transformers import DynamicCache

from engine.utterance_writer import Sampling

# Tokens beyond the likeliest thousand are never drawn: at usual temperatures they have no mass.
_CONSIDERED = 1024


class CausalDecoder:
    """Continues prompts.

    Args:
        model: a transformers model, ready to infer.
        pad: id of the token that fills up the beginning of shorter prompts.
        stops: ids of the tokens that end a text.
        sampling: how tokens are drawn.
    """

    def __init__(self, model: Any, pad: int, stops: frozenset[int], sampling: Sampling) -> None:
        self._model = model
        self._pad = pad
        self._stops = stops
        self._sampling = sampling
        taken = inspect.signature(model.forward).parameters
        # The name of this argument changed among the releases of transformers 5.
        self._cache_name = "cache" if "cache" in taken else "past_key_values"
        self._takes_positions = "position_ids" in taken
        self._takes_limit = "logits_to_keep" in taken

    def continuations(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[int],
        dropped: Container[int] = frozenset(),
    ) -> Iterator[dict[int, int]]:
        """Yield the next token of every text that goes on: number of the prompt → token.

        Args:
            prompts: token ids, none of them empty.
            seeds: one a prompt.
            dropped: numbers of the texts that need not go on; looked at after each token.
        """
        device = self._model.device
        rows = list(range(len(prompts)))
        tokens, mask = self._padded(prompts)
        chances = _chances(seeds, self._sampling.most_tokens).to(device)
        cache = DynamicCache(config=self._model.config)
        for step in range(self._sampling.most_tokens):
            drawn = self._step(tokens, mask, cache, chances[:, step])
            said = drawn.tolist()
            going = [place for place, token in enumerate(said) if token not in self._stops]
            yield {rows[place]: said[place] for place in going}
            going = [place for place in going if rows[place] not in dropped]
            if not going:
                return
            if len(going) < len(rows):
                kept = torch.tensor(going, device=device)
                cache.batch_select_indices(kept)
                drawn, mask, chances = drawn[kept], mask[kept], chances[kept]
                rows = [rows[place] for place in going]
            tokens = drawn[:, None]
            mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)

    def _step(
        self, tokens: torch.Tensor, mask: torch.Tensor, cache: Any, chances: torch.Tensor
    ) -> torch.Tensor:
        """Read ``(rows, new)`` tokens and return the next one of each row, ``(rows,)``."""
        options: dict[str, Any] = {self._cache_name: cache}
        if self._takes_positions:
            positions = (mask.cumsum(-1) - 1).clamp(min=0)
            options["position_ids"] = positions[:, -tokens.shape[1] :]
        if self._takes_limit:
            options["logits_to_keep"] = 1
        # Left at each step: whoever reads a text between two steps may be training.
        with torch.inference_mode():
            read = self._model(input_ids=tokens, attention_mask=mask, use_cache=True, **options)
            return draw(read.logits[:, -1], chances, self._sampling)

    def _padded(self, prompts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return prompts that end together, ``(rows, longest)``, and which tokens are theirs."""
        longest = max(map(len, prompts))
        tokens = [[self._pad] * (longest - len(ids)) + list(ids) for ids in prompts]
        mask = [[0] * (longest - len(ids)) + [1] * len(ids) for ids in prompts]
        device = self._model.device
        return torch.tensor(tokens, device=device), torch.tensor(mask, device=device)


def draw(logits: torch.Tensor, chances: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Draw a token for each row.

    Args:
        logits: of the next token, ``(rows, tokens)``.
        chances: uniform numbers in [0, 1), ``(rows,)``.
        sampling: how.

    Returns:
        Token ids, ``(rows,)``.
    """
    if sampling.temperature == 0:
        return logits.argmax(dim=-1)
    shares = softmax(logits.float() / sampling.temperature, dim=-1)
    likeliest, tokens = shares.topk(min(_CONSIDERED, shares.shape[-1]), dim=-1)
    reached = likeliest.cumsum(dim=-1)
    # The nucleus: the tokens before which less than top_p was reached; never none.
    size = (reached - likeliest < sampling.top_p).sum(dim=-1, keepdim=True).clamp(min=1)
    aim = chances[:, None] * reached.gather(-1, size - 1)
    place = (reached <= aim).sum(dim=-1, keepdim=True).minimum(size - 1)
    return tokens.gather(-1, place).squeeze(-1)


def _chances(seeds: Sequence[int], steps: int) -> torch.Tensor:
    """Return uniform numbers, ``(len(seeds), steps)``, a row for each seed."""
    return torch.stack(
        [torch.rand(steps, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    )
