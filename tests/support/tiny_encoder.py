"""An S-BERT folder of two thin, untrained layers: quick to load, quick to train."""

from __future__ import annotations

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from engine.artifacts import ENCODER, Manifest, write_manifest

WIDTH = 32
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write_tiny_encoder(folder: Path, seed: int = 1) -> Path:
    """Write the folder, manifest included, and return it; another seed makes another model."""
    plain = folder.parent / f"{folder.name}-plain"
    _write_bert(plain, seed)
    words = Transformer(str(plain), max_seq_length=64)
    pooling = Pooling(words.get_embedding_dimension(), pooling_mode="mean")
    SentenceTransformer(modules=[words, pooling, Normalize()], device="cpu").save(
        str(folder), create_model_card=False
    )
    write_manifest(
        folder,
        Manifest(kind=ENCODER, base={}, config={}, data={}, metrics={}, seed=seed),
    )
    return folder


def _write_bert(folder: Path, seed: int) -> None:
    tokenizer = _letters()
    torch.manual_seed(seed)
    model = BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=256,
        )
    )
    # Untrained rows are nearly parallel; spread them.
    model.embeddings.word_embeddings.weight.data.mul_(20)
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)


def _letters() -> Tokenizer:
    """A WordPiece that cuts words into their letters; Hangul is unknown to it."""
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1) if not chr(code).isupper()]
    pieces = [*_SPECIAL, *letters, *(f"##{letter}" for letter in letters)]
    ids = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(_SPECIAL)
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return tokenizer
