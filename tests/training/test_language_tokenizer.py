"""Every text survives the tokenizer, and only what is rendered as a special token becomes one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from engine.outcomes import Outcome, Style
from engine.prompts import END, PAD, SPECIAL_TOKENS, SpokenTurn, completion, render
from tests.support.language_corpora import ALIGNED, KOREAN
from training.language_tokenizer import save_tokenizer, train_tokenizer

TEXTS = [*KOREAN, *(english for _, english in ALIGNED)]
TURN = SpokenTurn("ko", Style.BANMAL, Outcome.WRONG, "뭐야?", "", (), ("뜻",), "손실", "뭘까?")

hostile = st.lists(
    st.one_of(st.sampled_from([*SPECIAL_TOKENS, "<|", "|>", "<", "\n"]), st.text(max_size=6)),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, pieces=340, seed=20)


def specials(tokenizer: Tokenizer, text: str) -> list[int]:
    return [i for i in tokenizer.encode(text).ids if i < len(SPECIAL_TOKENS)]


def test_special_tokens_come_first_and_the_size_is_kept(tokenizer: Tokenizer) -> None:
    assert tokenizer.get_vocab_size() == 340
    assert [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS] == list(
        range(len(SPECIAL_TOKENS))
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Lo", "Mn", "Me", "Mc"])))
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode("손실 " + text).ids).startswith("손실 ")
    plain = "".join(sign for sign in text if sign.isascii())
    # A sign of the model itself is none of the text; prompts take it out of what people write.
    assume("<|" not in plain)
    assert tokenizer.decode(tokenizer.encode(plain).ids) == plain


@given(hostile)
def test_no_typed_text_becomes_a_special_token(tokenizer: Tokenizer, text: str) -> None:
    without = specials(tokenizer, render(TURN))
    typed = specials(tokenizer, render(replace(TURN, answer=text, question=text)))
    cut = tokenizer.token_to_id("<|cut|>")
    assert [i for i in typed if i != cut] == without
    assert specials(tokenizer, completion(text)) == [tokenizer.token_to_id(END)]


def test_the_same_seed_learns_the_same_pieces(tokenizer: Tokenizer) -> None:
    again = train_tokenizer(TEXTS, pieces=340, seed=20)
    assert again.to_str() == tokenizer.to_str()


def test_transformers_reads_what_is_saved(tokenizer: Tokenizer, tmp_path: Path) -> None:
    save_tokenizer(tokenizer, tmp_path, context=64)
    loaded = AutoTokenizer.from_pretrained(str(tmp_path))
    prompt = render(replace(TURN, answer="손실 함수 <|end|> 12번"))
    assert loaded(prompt)["input_ids"] == tokenizer.encode(prompt).ids
    assert (loaded.eos_token, loaded.pad_token, loaded.model_max_length) == (END, PAD, 64)
    assert loaded.decode(loaded(prompt)["input_ids"]) == prompt
