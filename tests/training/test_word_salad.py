"""Nonsense is made of the words of good utterances, in every way that is named."""

from __future__ import annotations

import random
from collections import Counter

from training.word_salad import (
    WordChain,
    half_shuffled,
    looped,
    lost_reaction,
    salads,
    shuffled,
    shuffled_between_marks,
)

TEXT = "one two three, four five six. Seven eight nine ten?"
TEXTS = (TEXT, "red green blue, black white grey. Pink brown gold silver?")


def test_shuffling_keeps_every_word() -> None:
    mixed = shuffled(TEXT, random.Random(1))
    assert mixed != TEXT
    assert Counter(mixed.split()) == Counter(TEXT.split())


def test_marks_may_stay_where_they_are() -> None:
    words = shuffled_between_marks(TEXT, random.Random(1)).split()
    ends = [place for place, word in enumerate(words) if not word[-1].isalpha()]
    assert ends == [2, 5, 9]
    assert [word.strip(",.?") for word in words] != [word.strip(",.?") for word in TEXT.split()]


def test_one_half_may_make_sense() -> None:
    words = TEXT.split()
    for seed in range(8):
        mixed = half_shuffled(TEXT, random.Random(seed)).split()
        assert mixed[:5] == words[:5] or mixed[5:] == words[5:]


def test_a_question_may_make_sense_where_the_reaction_does_not() -> None:
    mixed = lost_reaction(TEXT, random.Random(1))
    assert mixed.endswith(" Seven eight nine ten?")
    assert not mixed.startswith("one two three, four five six.")


def test_a_loop_only_adds_words() -> None:
    mixed = looped(TEXT, random.Random(2)).split()
    assert set(mixed) == set(TEXT.split())
    assert len(mixed) > len(TEXT.split())


def test_a_chain_goes_from_word_to_word_as_its_texts_do() -> None:
    drawn = WordChain(["a b c", "a b d"], 1)
    assert {drawn.draw(random.Random(seed)) for seed in range(20)} == {"a b c", "a b d"}


def test_every_kind_comes_out_and_the_same_each_time() -> None:
    made = list(salads(TEXTS, seed=3, times=4))
    assert made == list(salads(TEXTS, seed=3, times=4))
    assert {kind for kind, _ in made} == {
        "shuffled",
        "shuffled_between_marks",
        "half_shuffled",
        "lost_reaction",
        "looped",
        "scraps",
        "frequent_words",
        "chained_words",
        "spliced",
    }
    assert all(len(text.split()) >= 5 for _, text in made)
