"""How vectors and words go together is learnt from written choices."""

from __future__ import annotations

import numpy as np
import pytest

from engine.topic_words import NOWHERE, TopicWords
from training.letter_learning import learn_letters
from training.selector_mixing import mix
from training.selector_scores import Spoken, accuracy, best_margin, mean_nearness, metrics

WAYS = (("plums",), ("pears", "quinces"), ("rest",))


@pytest.fixture
def words() -> TopicWords:
    letters = learn_letters(["plum", "pear", "quince"], 1)
    topics = ("pears", "plums", "quinces")
    weight = np.stack([letters.vector(text) for text in ("pear", "plum", "quince")])
    return TopicWords("fruit", topics, letters, weight, np.zeros(3, dtype=np.float32))


def spoken(
    words: TopicWords, text: str, wanted: int, *, near: str = "", nowhere: bool = False
) -> Spoken:
    nearness = {topic: 0.5 * (topic == near) for way in WAYS for topic in way}
    return Spoken(WAYS, nearness, words.scores("fruit", text) or {}, wanted, nowhere)


def rows(words: TopicWords) -> list[Spoken]:
    return [
        spoken(words, "plum", 0),
        spoken(words, "pear", 1),
        spoken(words, "quince", 1),
        spoken(words, "x", 2, near="rest"),
        spoken(words, "y", 0, nowhere=True),
        spoken(words, "z", 0, nowhere=True),
    ]


def test_words_vectors_and_the_default_each_come_to_their_own(words: TopicWords) -> None:
    opinion = mix(words, rows(words))
    learnt = [
        spoken(opinion.words, text, wanted, near=near)
        for text, wanted, near in (
            ("plum", 0, ""),
            ("quince", 1, ""),
            ("x", 2, "rest"),
            ("another", 0, ""),
        )
    ]
    assert accuracy(learnt, 0.0, opinion) == 1
    # Without the words nothing is left but the one that is near, and the default.
    assert accuracy(learnt, 0.0) == 0.75


def test_topics_that_no_text_was_about_can_be_gone_to(words: TopicWords) -> None:
    opinion = mix(words, rows(words))
    assert set(opinion.words.topics) == {"plums", "pears", "quinces", "rest", NOWHERE}
    assert accuracy([spoken(opinion.words, "x", 2, near="rest")], 0.0, opinion) == 1


def test_a_factor_is_worked_into_the_words(words: TopicWords) -> None:
    opinion = mix(words, rows(words))
    factor = opinion.words.weight[0] / np.where(words.weight[0] == 0, 1, words.weight[0])
    told = factor[words.weight[0] > 0]
    assert np.allclose(told, told[0], rtol=1e-4)
    assert told[0] > 1, "what the words say was right each time"


def test_the_margin_keeps_the_default_where_little_speaks_for_another(words: TopicWords) -> None:
    near = {"plums": 0.2, "pears": 0.25, "quinces": 0.0, "rest": 0.0}
    slightly = Spoken(WAYS, near, {}, 0, nowhere=True)
    clearly = Spoken(WAYS, {**near, "pears": 0.6}, {}, 1, nowhere=False)
    margin = best_margin([slightly, clearly])
    assert 0.05 <= margin < 0.4
    assert accuracy([slightly, clearly], margin) == 1
    assert metrics([slightly, clearly], 0.0, None) == {
        "split": "test",
        "n": 2,
        "accuracy_legal": 0.5,
        "accuracy_of_vectors": 0.5,
        "accuracy_of_default": 0.5,
    }


def test_mean_diff_looks_at_the_candidates_themselves() -> None:
    near = {"plums": 0.1, "pears": 0.4, "quinces": 0.9, "rest": 0.3}
    assert mean_nearness([Spoken(WAYS, near, {}, 1, nowhere=False)]) == pytest.approx(0.1)
    assert mean_nearness([Spoken(WAYS[:1], near, {}, 0, nowhere=False)]) == 0
