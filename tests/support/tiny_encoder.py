"""An encoder folder of two thin, untrained layers: quick to load, quick to train."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from engine.artifacts import ENCODER, Manifest, write_manifest
from engine.quantised_weights import save_quantised
from engine.reader_layout import WEIGHTS_FILE

WIDTH = 32
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write_tiny_encoder(folder: Path, seed: int = 1) -> Path:
    """Write the folder, manifest included, and return it; another seed makes another model."""
    model = _write_bert(folder, seed)
    (folder / "model.safetensors").unlink()
    weights = {name: w.numpy() for name, w in model.state_dict().items()}
    save_quantised(weights, folder / WEIGHTS_FILE)
    write_manifest(
        folder,
        Manifest(kind=ENCODER, base={}, config={}, data={}, metrics={}, seed=seed),
    )
    return folder


def write_tiny_classifier(folder: Path, labels: Sequence[str], seed: int = 1) -> Path:
    """Write an untrained sequence-classification model as the hub has them; return its folder."""
    tokenizer = _letters()
    torch.manual_seed(seed)
    config = _config(tokenizer)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: index for index, label in enumerate(labels)}
    BertForSequenceClassification(config).save_pretrained(folder)
    _save_tokenizer(tokenizer, folder)
    return folder


def _write_bert(folder: Path, seed: int) -> BertModel:
    tokenizer = _letters()
    torch.manual_seed(seed)
    model = BertModel(_config(tokenizer))
    # Untrained rows are nearly parallel; spread them.
    model.embeddings.word_embeddings.weight.data.mul_(20)
    model.save_pretrained(folder)
    _save_tokenizer(tokenizer, folder)
    return model


def _config(tokenizer: Tokenizer) -> BertConfig:
    return BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
    )


def _save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
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
