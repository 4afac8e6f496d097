"""Gives a WordPiece encoder a Korean vocabulary and drops the rows that no language here needs."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFC, NFD, BertNormalizer, Sequence, StripAccents
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import WordPieceTrainer

from training.errors import BaseModelError

CONTINUATION = "##"
UNKNOWN = "[UNK]"
SPECIAL = ("[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]")

# A Hangul run (syllables, and the lone letters of ㅋㅋ and ㅠㅠ) and the Latin or digits before it.
_KOREAN_WORD = re.compile(r"([A-Za-z0-9]*)([가-힣ㄱ-ㅎㅏ-ㅣ]+)")
_HANGUL_ONLY = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
_STAND_IN = "a"


@dataclass(frozen=True)
class ExtendedVocabulary:
    """The new vocabulary and where each of its rows comes from.

    Attributes:
        pieces: every piece, position = id.
        parents: per piece the old ids whose mean starts its embedding row; a kept piece has one.
        kept: how many pieces, from the front, are the base's own.
    """

    pieces: tuple[str, ...]
    parents: tuple[tuple[int, ...], ...]
    kept: int


def korean_pieces(texts: Iterable[str], *, size: int, alphabet: int) -> list[str]:
    """Learn the whole-syllable word pieces of Korean.

    Args:
        texts: Korean sentences, NFC or not.
        size: how many pieces to return, continuations included.
        alphabet: how many distinct syllables and letters may occur; a word with a rarer one is
            unknown to the encoder.

    Returns:
        Pieces made of Hangul only, the single syllables first, then by the order learnt.

    Source: the WordPiece of Schuster & Nakajima (2012), as ``tokenizers`` trains it.
    """
    tokenizer = Tokenizer(WordPiece(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    # Pieces that hold the stand-in are filtered out below, so more are learnt than are returned.
    trainer = WordPieceTrainer(
        vocab_size=2 * size, limit_alphabet=alphabet + 1, special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(_korean_words(texts), trainer)
    by_id = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    hangul = [piece for piece, _ in by_id if _HANGUL_ONLY.fullmatch(_bare(piece))]
    return hangul[:size]


def _korean_words(texts: Iterable[str]) -> Iterator[str]:
    """Hangul with a stand-in for what precedes it, so that the particle of ``loss는`` continues."""
    for text in texts:
        found = _KOREAN_WORD.findall(unicodedata.normalize("NFC", text))
        if found:
            yield " ".join((_STAND_IN if lead else "") + hangul for lead, hangul in found)


def extend(base: Tokenizer, korean: Iterable[str]) -> ExtendedVocabulary:
    """Decide the rows of the extended encoder.

    Kept are the special pieces and whatever Latin-script text, numbers, punctuation, symbols and
    Greek letters (formulas) can be cut into; dropped are other scripts, reserved slots, and pieces
    that the normaliser makes unreachable.

    Args:
        base: the tokenizer to extend; must be a WordPiece with BERT's special pieces.
        korean: pieces to append.

    Raises:
        BaseModelError: the base is no such WordPiece.
    """
    old = base.get_vocab()
    if not isinstance(base.model, WordPiece) or any(name not in old for name in SPECIAL):
        raise BaseModelError("only a WordPiece vocabulary with BERT's special pieces is extended")
    ordinary = [
        piece
        for piece, _ in sorted(old.items(), key=lambda item: item[1])
        if piece not in SPECIAL and _reachable(piece, base) and _needed(_bare(piece))
    ]
    kept = [*SPECIAL, *ordinary]
    known = set(kept)
    new = [piece for piece in dict.fromkeys(korean) if piece not in known]
    parents: list[tuple[int, ...]] = [(old[piece],) for piece in kept]
    parents += [_letters(piece, old) or (old[UNKNOWN],) for piece in new]
    return ExtendedVocabulary((*kept, *new), tuple(parents), len(kept))


def build_tokenizer(base: Tokenizer, vocabulary: ExtendedVocabulary) -> Tokenizer:
    """The base's tokenizer over the new ids, with Hangul left composed.

    Accents still leave Latin words (as the base was trained), but by decomposing, stripping and
    composing again: BERT's own stripping would leave Hangul in letters.
    """
    state = json.loads(base.to_str())
    ids = {piece: index for index, piece in enumerate(vocabulary.pieces)}
    state["model"]["vocab"] = ids
    state["truncation"] = state["padding"] = None
    for token in state["added_tokens"]:
        token["id"] = ids[token["content"]]
    for name, token in state["post_processor"]["special_tokens"].items():
        token["ids"] = [ids[name]]
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.normalizer = Sequence(
        [BertNormalizer(lowercase=True, strip_accents=False), NFD(), StripAccents(), NFC()]
    )
    return tokenizer


def initial_rows(old_rows: torch.Tensor, vocabulary: ExtendedVocabulary) -> torch.Tensor:
    """Embedding rows to start from: each the mean of its parents' rows.

    Args:
        old_rows: the base's embeddings, (old pieces, width).

    Returns:
        (new pieces, width), of the same type.
    """
    flat = torch.tensor([parent for parents in vocabulary.parents for parent in parents])
    starts = torch.tensor([0] + [len(parents) for parents in vocabulary.parents[:-1]]).cumsum(0)
    return torch.nn.functional.embedding_bag(flat, old_rows, starts, mode="mean")


def knows_korean(tokenizer: Tokenizer) -> bool:
    """Whether the vocabulary already has composed Hangul, so that it needs no extension."""
    return any(_HANGUL_ONLY.search(piece) for piece in tokenizer.get_vocab())


def latin_rows(tokenizer: Tokenizer) -> int:
    """How many rows of an extended vocabulary come before its Korean ones."""
    korean = [index for piece, index in tokenizer.get_vocab().items() if _HANGUL_ONLY.search(piece)]
    return min(korean, default=tokenizer.get_vocab_size())


def _letters(piece: str, old: dict[str, int]) -> tuple[int, ...]:
    """Ids of the conjoining letters that the base would cut the piece into, in order."""
    letters = unicodedata.normalize("NFKD", _bare(piece))
    starts_word = not piece.startswith(CONTINUATION)
    names = [
        letter if index == 0 and starts_word else CONTINUATION + letter
        for index, letter in enumerate(letters)
    ]
    return tuple(old[name] for name in names if name in old)


def _bare(piece: str) -> str:
    return piece.removeprefix(CONTINUATION) if len(piece) > len(CONTINUATION) else piece


def _reachable(piece: str, base: Tokenizer) -> bool:
    """Whether the base could ever cut a text into this piece."""
    bare = _bare(piece)
    if base.normalizer is not None and base.normalizer.normalize_str(bare).strip() != bare:
        return False
    # A continuation is never split off by itself: punctuation always starts a word.
    parts = base.pre_tokenizer.pre_tokenize_str(bare) if base.pre_tokenizer else [bare]
    return len(parts) == 1 and not (piece != bare and _is_punctuation(bare))


def _is_punctuation(text: str) -> bool:
    return all(
        unicodedata.category(char).startswith("P") or (char.isascii() and not char.isalnum())
        for char in text
    )


def _needed(text: str) -> bool:
    return all(_needed_char(char) for char in text)


def _needed_char(char: str) -> bool:
    code = ord(char)
    latin = code < 0x250 or 0x1E00 <= code < 0x1F00
    greek = 0x370 <= code < 0x400
    east_asian = 0x2E80 <= code < 0xA000
    sign = unicodedata.category(char)[0] in "PSN" and not east_asian
    return latin or greek or sign
