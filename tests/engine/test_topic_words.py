"""The layer over letters: what it says, and that it is the same after it was stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ArtifactError
from engine.topic_words import NOWHERE, WORDS_FILE, TopicWords
from training.letter_learning import learn_letters

TOPICS = ("pears", "plums", NOWHERE)


@pytest.fixture
def words() -> TopicWords:
    letters = learn_letters(["pear", "plum"], 1)
    pear, plum = letters.vector("pear"), letters.vector("plum")
    weight = np.stack([3 * pear, 2 * plum, 0 * plum])
    return TopicWords("fruit", TOPICS, letters, weight, np.array([0, 0, 1], dtype=np.float32))


def test_a_message_is_scored_for_every_topic_of_the_pack(words: TopicWords) -> None:
    scores = words.scores("fruit", "PEAR")
    assert scores is not None
    assert scores["pears"] == pytest.approx(3, abs=1e-5)
    assert scores[NOWHERE] == 1
    assert words.scores("fruit", "") == {"pears": 0, "plums": 0, NOWHERE: 1}


def test_of_another_pack_nothing_is_known(words: TopicWords) -> None:
    assert words.scores("vegetables", "pear") is None


def test_stored_and_read_it_says_the_same(words: TopicWords, tmp_path: Path) -> None:
    words.save(tmp_path)
    read = TopicWords.load(tmp_path, "fruit", TOPICS)
    for text in ("a pear", "plums", "hello"):
        before, after = words.scores("fruit", text), read.scores("fruit", text)
        assert before is not None
        assert after == pytest.approx(before, abs=0.02)


def test_what_cannot_be_read_is_told(words: TopicWords, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=WORDS_FILE):
        TopicWords.load(tmp_path, "fruit", TOPICS)
    words.save(tmp_path)
    with pytest.raises(ArtifactError, match="3 topics, its manifest 2"):
        TopicWords.load(tmp_path, "fruit", TOPICS[:2])
    (tmp_path / WORDS_FILE).write_bytes(b"no tensors")
    with pytest.raises(ArtifactError, match="cannot be used"):
        TopicWords.load(tmp_path, "fruit", TOPICS)
