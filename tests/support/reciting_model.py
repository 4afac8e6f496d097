"""A language model that recites: whatever it is told, it says one text, for certain."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch
from transformers import AddedToken, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tests.support.tiny_language_model import write_chat_model


def write_reciting_model(folder: Path, text: str, *, endless: bool = False) -> Path:
    """Write a chat model that says a text.

    Each word is a token, each token is a state of its own, and the states lead to one another:
    there is nothing to learn.

    Args:
        folder: takes it.
        text: no word of it may come twice.
        endless: whether it begins again instead of ending.
    """
    write_chat_model(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder))
    words = [f"{word} " for word in text.split()]
    words[-1] = words[-1].rstrip()
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    tokenizer.save_pretrained(str(folder))
    said = tokenizer.convert_tokens_to_ids(words)
    model = LlamaForCausalLM(_config(len(tokenizer), tokenizer.eos_token_id))
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" not in name:
                weights.zero_()
        model.model.embed_tokens.weight.fill_diagonal_(1.0)
        beginnings = tokenizer("\n\n", add_special_tokens=False)["input_ids"]
        steps = [(token, said[0]) for token in {*beginnings}]
        steps += [*pairwise(said), (said[-1], said[0] if endless else tokenizer.eos_token_id)]
        for before, after in steps:
            model.lm_head.weight[after, before] = 1.0
    model.save_pretrained(folder)
    return folder


def _config(pieces: int, end: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=pieces,
        hidden_size=pieces + pieces % 2,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        head_dim=8,
        tie_word_embeddings=False,
        max_position_embeddings=1 << 20,
        bos_token_id=None,
        eos_token_id=end,
    )
