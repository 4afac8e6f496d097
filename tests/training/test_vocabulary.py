"""The extended vocabulary reads Korean in syllables and English as before."""

import unicodedata

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from training.errors import BaseModelError
from training.vocabulary import (
    build_tokenizer,
    extend,
    initial_rows,
    knows_korean,
    korean_pieces,
    latin_rows,
)

TEXTS = ["손실은 손실이야", "loss는 손실이고 model은 모델이야", "모델은 손실을 줄여 ㅋㅋ"] * 20


def test_pieces_are_hangul_only_and_particles_continue_latin_words() -> None:
    pieces = korean_pieces(TEXTS, size=60, alphabet=50)
    assert {"##는", "손실", "모델", "ㅋㅋ"} <= set(pieces)
    assert all(not char.isascii() for piece in pieces for char in piece.removeprefix("##"))


def test_no_more_pieces_are_learnt_than_asked_for() -> None:
    assert len(korean_pieces(TEXTS, size=10, alphabet=50)) == 10


def test_english_is_cut_as_before_and_korean_into_syllables(wordpiece: Tokenizer) -> None:
    extended = build_tokenizer(wordpiece, extend(wordpiece, ["손실", "##는", "이", "##야"]))
    for english in ("The LOSS is falling, 0.5%!", "Gradient descent's models", "Café α [MASK]"):
        assert extended.encode(english).tokens == wordpiece.encode(english).tokens
    assert extended.encode("loss는 손실").tokens == ["[CLS]", "loss", "##는", "손실", "[SEP]"]
    decomposed = unicodedata.normalize("NFD", "손실")
    assert extended.encode(decomposed).tokens == ["[CLS]", "손실", "[SEP]"]


def test_special_pieces_frame_a_pair_under_their_new_ids(wordpiece: Tokenizer) -> None:
    extended = build_tokenizer(wordpiece, extend(wordpiece, ["손실"]))
    encoding = extended.encode("손실", "loss")
    assert encoding.tokens == ["[CLS]", "손실", "[SEP]", "loss", "[SEP]"]
    assert [extended.id_to_token(index) for index in encoding.ids] == encoding.tokens


def test_other_scripts_and_reserved_and_unreachable_pieces_leave(wordpiece: Tokenizer) -> None:
    kept = set(extend(wordpiece, ["손실"]).pieces)
    assert kept.isdisjoint({"[unused0]", "д", "##あ", "中", "ᄉ", "##!"})
    assert {"[MASK]", "loss", "##ing", "α", "!", "##s"} <= kept


def test_new_rows_start_from_the_mean_of_their_letters(wordpiece: Tokenizer) -> None:
    old = wordpiece.get_vocab()
    rows = torch.randn(len(old), 4)
    vocabulary = extend(wordpiece, ["손", "##실", "뷁"])
    new = dict(zip(vocabulary.pieces, initial_rows(rows, vocabulary), strict=True))

    def mean(*pieces: str) -> torch.Tensor:
        return rows[[old[piece] for piece in pieces]].mean(dim=0)

    torch.testing.assert_close(new["loss"], rows[old["loss"]])
    torch.testing.assert_close(new["손"], mean("ᄉ", "##ᅩ", "##ᆫ"))
    torch.testing.assert_close(new["##실"], mean("##ᄉ", "##ᅵ", "##ᆯ"))
    assert vocabulary.pieces[vocabulary.kept :] == ("손", "##실", "뷁")


def test_a_piece_without_known_letters_starts_as_the_unknown(wordpiece: Tokenizer) -> None:
    vocabulary = extend(wordpiece, ["ㆀ"])
    assert vocabulary.parents[-1] == (wordpiece.get_vocab()["[UNK]"],)


def test_a_vocabulary_with_syllables_needs_no_extension(wordpiece: Tokenizer) -> None:
    assert not knows_korean(wordpiece)
    assert knows_korean(build_tokenizer(wordpiece, extend(wordpiece, ["손실"])))


def test_the_korean_rows_are_found_again_behind_the_others(wordpiece: Tokenizer) -> None:
    vocabulary = extend(wordpiece, ["손실", "##야"])
    assert latin_rows(build_tokenizer(wordpiece, vocabulary)) == vocabulary.kept


def test_only_bert_wordpieces_are_extended() -> None:
    with pytest.raises(BaseModelError):
        extend(Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")), ["손실"])
