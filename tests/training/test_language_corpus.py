"""Texts are read from every set, what is to be measured on is left out, faults name their place."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from engine.prompts import ASSISTANT, END, SPECIAL_TOKENS
from tests.support.language_corpora import SmallCorpora, families, write_language_corpora
from training.errors import CorpusError, DataError
from training.language_corpus import (
    LICENCES,
    LanguageCorpus,
    Mixture,
    drawn_place,
    is_held_out,
    language_of,
    read_language_corpus,
)


@pytest.fixture
def small(tmp_path: Path) -> SmallCorpora:
    return write_language_corpora(tmp_path)


def read(small: SmallCorpora) -> LanguageCorpus:
    return read_language_corpus(small.corpora, small.own)


def everything(corpus: LanguageCorpus) -> str:
    return "\n".join((*corpus.train, *(t for texts in corpus.held_out.values() for t in texts)))


@pytest.mark.parametrize(
    "text",
    [
        "손실 함수 7번은 모델이 얼마나 틀렸는지 재는 값이야<|end|>",
        "영화 7 정말 재미있네ㅋㅋ<|end|>",
        "경사하강법 7단계는 손실을 줄여<|end|>",
        "step 7 of gradient descent lowers the loss<|end|>",
        "안녕 7번째야\n반가워요.<|end|>",
        "Why does the bulb light?\nanswer 7<|end|>",
        "Why does the bulb light?\nThere is no gap<|end|>",
        "explanation apples English<|end|>",
        "peel: what is around a fruit English<|end|>",
    ],
)
def test_texts_of_every_set_are_read(small: SmallCorpora, text: str) -> None:
    assert text in everything(read(small))


def test_no_text_is_learnt_and_held_out(small: SmallCorpora) -> None:
    corpus = read(small)
    assert all(corpus.held_out.values())
    for language, texts in corpus.held_out.items():
        assert {language_of(text) for text in texts} == {language}
        assert all(is_held_out(text) for text in texts)
    assert not any(is_held_out(text) for text in corpus.train)


def test_of_the_labelled_rows_only_the_train_split_is_read(small: SmallCorpora) -> None:
    whole = everything(read(small))
    for number in range(30):
        is_train = number in families("train")
        assert (f"shade {number} of red<" in whole) == is_train
        assert (f"Red number {number} it is." in whole) == is_train


def test_utterances_are_read_as_they_are_prompted_for(small: SmallCorpora) -> None:
    prompted = [text for text in read(small).train if ASSISTANT in text]
    assert prompted
    for text in prompted:
        prompt, said = text.split(ASSISTANT)
        assert prompt.startswith("<|system|>en plain<|end|><|user|><|question|>What colour?")
        assert "<|credited|>colour English<|open|>taste English<|title|>" in prompt
        assert said.startswith("Red number ")
        assert said.endswith(f"How do they taste?{END}")


def test_turns_and_own_texts_count_as_often_as_the_mixture_says(small: SmallCorpora) -> None:
    train = read_language_corpus(small.corpora, small.own, Mixture(5, 2)).train
    assert {train.count(text) for text in train if ASSISTANT in text} == {5}
    assert {train.count(text) for text in train if text.startswith("shade ")} == {2}
    assert {train.count(text) for text in train if text.startswith("영화")} == {1}


def test_a_share_of_the_public_texts_is_drawn_and_no_other_is_left_out(small: SmallCorpora) -> None:
    whole = read(small)
    part = read_language_corpus(small.corpora, small.own, Mixture(public_share=0.5))
    left_out = set(whole.train) - set(part.train)
    assert left_out
    assert all(drawn_place(text) >= 0.5 for text in left_out)
    assert all(drawn_place(text) < 0.5 for text in part.train if text.startswith("영화"))
    assert [t for t in part.train if ASSISTANT in t] == [t for t in whole.train if ASSISTANT in t]


def test_no_public_text_holds_a_special_token(small: SmallCorpora) -> None:
    reviews = small.corpora / "korean" / "nsmc_reviews.txt.xz"
    reviews.write_bytes(lzma.compress(f"좋아{''.join(SPECIAL_TOKENS)}\n".encode()))
    text = next(text for text in everything(read(small)).split("\n") if text.startswith("좋아"))
    assert [token for token in SPECIAL_TOKENS if token in text] == [END]
    assert text.count(END) == 1


def test_the_manifest_names_every_set_with_its_licence(small: SmallCorpora) -> None:
    data = read(small).data
    assert set(data) == {*LICENCES, "answers", "utterances", "packs/fruit"}
    assert data["korean/nsmc_reviews.txt.xz"]["licence"] == "CC0-1.0"
    assert all(len(entry["sha256"]) == 64 and entry["source"] for entry in data.values())


def test_another_row_is_other_data(small: SmallCorpora) -> None:
    before = read(small).data
    file = small.own.utterances / "apples.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("taste?", "smell?"), encoding="utf-8")
    changed = {name for name, entry in read(small).data.items() if entry != before[name]}
    assert changed == {"utterances"}


@pytest.mark.parametrize("name", LICENCES)
def test_a_missing_set_is_named(small: SmallCorpora, name: str) -> None:
    (small.corpora / name).unlink()
    with pytest.raises(CorpusError, match="cannot be read") as error:
        read(small)
    assert error.value.path == small.corpora / name


def test_a_fault_names_file_line_and_column(small: SmallCorpora) -> None:
    file = small.corpora / "korean" / "chatbot_pairs.csv"
    file.write_text("Q,A,label\n안녕,반가워,0\n안녕,,0\n", encoding="utf-8")
    with pytest.raises(CorpusError) as error:
        read(small)
    assert (error.value.path, error.value.line, error.value.column) == (file, 3, "A")


def test_every_fault_of_the_labelled_rows_is_named(small: SmallCorpora) -> None:
    file = small.own.utterances / "apples.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",plain,", ",grand,", 2), encoding="utf-8"
    )
    with pytest.raises(DataError) as error:
        read(small)
    assert [fault.split(": ")[:2] for fault in error.value.faults] == [
        ["apples.csv:2", "style"],
        ["apples.csv:3", "style"],
    ]
