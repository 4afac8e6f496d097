"""The small language model's own tokenizer: byte-level BPE, so that no text is unknown to it.

Its ids begin with the special tokens of `engine.prompts`, in their order. Everything else is cut as
in GPT-2 (Radford et al., 2019), with digits one by one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, trainers
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

from engine.prompts import END, PAD, SPECIAL_TOKENS

# Merges are counted in this many characters; more change few of twelve thousand pieces.
COUNTED = 20_000_000


def train_tokenizer(texts: Sequence[str], *, pieces: int, seed: int) -> Tokenizer:
    """Learn the pieces of a tokenizer.

    Args:
        texts: documents as in `LanguageCorpus`; `COUNTED` characters of them are drawn.
        pieces: size of the vocabulary, special tokens and the 256 bytes included.
        seed: of the draw.
    """
    tokenizer = Tokenizer(BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=pieces,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        # Found before anything is normalised, so that only what is rendered as one is one.
        special_tokens=[AddedToken(t, special=True, normalized=False) for t in SPECIAL_TOKENS],
    )
    tokenizer.train_from_iterator(_drawn(texts, random.Random(seed)), trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, *, context: int) -> None:
    """Write a tokenizer as transformers reads it.

    Args:
        tokenizer: of `train_tokenizer`.
        folder: takes it.
        context: tokens that its model can read.
    """
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=context,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[t for t in SPECIAL_TOKENS if t not in (END, PAD)],
        clean_up_tokenization_spaces=False,
    ).save_pretrained(str(folder))


def _drawn(texts: Sequence[str], chance: random.Random) -> list[str]:
    """Return texts in random order, as many as hold `COUNTED` characters."""
    order = list(range(len(texts)))
    chance.shuffle(order)
    drawn, characters = [], 0
    for index in order:
        if characters >= COUNTED:
            break
        drawn.append(texts[index])
        characters += len(texts[index])
    return drawn
