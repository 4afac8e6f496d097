"""A base encoder and corpora small enough to train within a test."""

import csv
import json
import lzma
import unicodedata
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ENGLISH_WORDS = ["loss", "model", "the", "a", "is", "gradient", "descent", "cafe", "##s", "##ing"]
OTHER_SCRIPTS = ["д", "あ", "中", "##д", "##あ", "##中"]

SENTENCES = [
    ("손실은 모델의 오차야", "the loss is the error of a model"),
    ("경사하강법은 손실을 줄여", "gradient descent lowers the loss"),
    ("과적합은 훈련 자료를 외우는 거야", "overfitting learns training data by heart"),
    ("드롭아웃은 뉴런을 끄는 방법이야", "dropout turns neurons off"),
    ("정규화는 모델을 단순하게 해", "regularisation keeps a model plain"),
    ("배치는 한 번에 보는 자료야", "a batch is the data seen at once"),
]


def tiny_wordpiece() -> Tokenizer:
    """An uncased WordPiece that cuts Hangul into letters, as BERT's English one does."""
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1) if not chr(code).isupper()]
    jamo = sorted(
        {letter for text, _ in SENTENCES for letter in unicodedata.normalize("NFD", text)}
    )
    jamo = [letter for letter in jamo if ord(letter) > 0x1000]
    pieces = [*SPECIAL, *letters, "α", *jamo, *ENGLISH_WORDS, *OTHER_SCRIPTS]
    pieces += ["##" + piece for piece in [*letters, *jamo]]
    ids = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return tokenizer


@pytest.fixture
def wordpiece() -> Tokenizer:
    return tiny_wordpiece()


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained BERT of two thin layers."""
    folder = tmp_path_factory.mktemp("tiny_base")
    tokenizer = tiny_wordpiece()
    torch.manual_seed(1)
    model = BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=256,
        )
    )
    # Untrained rows are nearly parallel in length-normalised space; spread them.
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
    return folder


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """A corpora folder in the expected layout, with a handful of rows in each file."""
    folder = tmp_path / "corpora"
    folder.mkdir()
    _write_xz(folder / "ko_ml_docs.txt.xz", [korean for korean, _ in SENTENCES])
    _write_xz(folder / "nsmc_reviews.txt.xz", ["정말 재미있네ㅋㅋ", "별로야ㅠㅠ", "그냥 그래"])
    _write_xz(folder / "ko_en_ml_docs.tsv.xz", ["\t".join(pair) for pair in SENTENCES])
    nli = [
        ("손실이 줄었다", "손실이 작아졌다", "entailment"),
        ("손실이 줄었다", "모델이 크다", "neutral"),
        ("손실이 줄었다", "손실이 늘었다", "contradiction"),
    ]
    names = ("premise", "hypothesis", "gold_label")
    entries = [dict(zip(names, row, strict=True)) for row in nli]
    (folder / "klue_nli_dev.json").write_text(json.dumps(entries), encoding="utf-8")
    rows = ["sentence1\tsentence2\tgold_label", *("\t".join(row) for row in nli)]
    (folder / "kornli_xnli_dev.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    questions = ["id,question1,question2,is_duplicate"]
    questions += ["1,손실이 뭐야,손실은 무엇이야,0", "2,손실이 뭐야,모델이 커,1"]
    (folder / "question_pairs_train.csv").write_text("\n".join(questions), encoding="utf-8")
    for split in ("train", "dev"):
        _write_similarity(folder, split)
    return folder


def _write_xz(path: Path, lines: list[str]) -> None:
    path.write_bytes(lzma.compress("\n".join(lines).encode()))


def _write_similarity(folder: Path, split: str) -> None:
    korean = ["score\tsentence1\tsentence2"]
    with (folder / f"stsb-en-{split}.csv").open("w", encoding="utf-8", newline="") as file:
        english = csv.writer(file)
        for index, (first, first_en) in enumerate(SENTENCES):
            second, second_en = SENTENCES[index // 2]
            score = 5.0 if first == second else float(index % 4)
            korean.append(f"{score}\t{first}\t{second}")
            english.writerow([first_en, second_en, score])
    (folder / f"korsts_{split}.tsv").write_text("\n".join(korean) + "\n", encoding="utf-8")
