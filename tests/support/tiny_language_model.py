"""Causal language models of two thin layers, with a tokenizer of either kind, made on the spot."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers.models import BPE
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from engine.prompts import END, PAD, SPECIAL_TOKENS
from engine.wide_heads import accept_wide_heads
from training.language_tokenizer import save_tokenizer, train_tokenizer

TEXTS = [
    "Red number 1 it is. How do they taste?",
    "What colour? red like 3",
    "그럼 손실 함수는 뭐야? 맞아, 정답이야!",
    "the answer is right about the credited point",
    "React in one sentence to what the outcome says the user achieved",
] * 20
# The turns of a Llama 3 chat, which Kanana 1.5 keeps.
CHAT_TEMPLATE = (
    "{{ '<|begin_of_text|>' }}{% for message in messages %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{{ message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
_CHAT_TOKENS = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")


def write_fields_model(folder: Path, seed: int = 1, context: int = 1024) -> Path:
    """Write a model like ``aurora-tiny``, whose tokenizer holds the fields of a turn."""
    tokenizer = train_tokenizer(TEXTS, pieces=400, seed=1)
    save_tokenizer(tokenizer, folder, context=context)
    ends = {"eos_token_id": SPECIAL_TOKENS.index(END), "pad_token_id": SPECIAL_TOKENS.index(PAD)}
    _write_llama(folder, tokenizer.get_vocab_size(), seed, context, ends)
    return folder


def write_chat_model(folder: Path, seed: int = 1, context: int = 4096) -> Path:
    """Write a model like Kanana 1.5 2.1B: its architecture in small, and a chat template."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[AddedToken(t, special=True, normalized=False) for t in _CHAT_TOKENS],
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=context,
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
    ends = {"bos_token_id": 0, "eos_token_id": _CHAT_TOKENS.index("<|eot_id|>")}
    _write_llama(folder, tokenizer.get_vocab_size(), seed, context, ends)
    return folder


def _write_llama(folder: Path, pieces: int, seed: int, context: int, ends: dict[str, int]) -> None:
    torch.manual_seed(seed)
    accept_wide_heads()
    # As in Kanana 1.5 2.1B, heads together are wider than the states, keys have a third of them,
    # and words come in by the matrix that they leave by.
    config = LlamaConfig(
        vocab_size=pieces,
        hidden_size=56,
        intermediate_size=112,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        **{"bos_token_id": None, **ends},
    )
    LlamaForCausalLM(config).save_pretrained(folder)
