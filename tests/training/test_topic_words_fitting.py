"""What is said about the topics of a pack tells them apart."""

from __future__ import annotations

import pytest

from engine.contract import Intent
from engine.questions import QuestionPack
from engine.topic_words import TopicWords
from tests.support.packs import read_small_pack
from training import topic_words_fitting
from training.rows import AnswerRow, ChoiceRow
from training.topic_words_fitting import fit_words

ANSWERS = tuple(
    AnswerRow(topic, f"{topic}-{n}", "en", text, Intent.ANSWER, (), (), (), "right")
    for topic, text in (("apples", "newton sat below it"), ("pears", "williams is a sort of it"))
    for n in range(8)
)
CHOICES = tuple(
    ChoiceRow(f"{nxt}-{n}", "en", "pears", text, nxt, kind)
    for nxt, text, kind in (("rest", "gimme a nap", "wish"), ("plums", "gimme zwetschgen", "wish"))
    for n in range(8)
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def words(pack: QuestionPack) -> TopicWords:
    return fit_words(pack, ANSWERS, CHOICES, 20)


def best(words: TopicWords, text: str) -> str:
    scores = words.scores("fruit", text)
    assert scores is not None
    return max(scores, key=scores.__getitem__)


def test_topics_are_known_by_the_texts_of_the_pack_and_by_answers(words: TopicWords) -> None:
    assert best(words, "question plums") == "plums"
    assert best(words, "right shape") == "pears"
    assert best(words, "newton") == "apples"


def test_of_topics_that_are_not_judged_the_choices_tell(words: TopicWords) -> None:
    assert best(words, "a nap") == "rest"


def test_a_wish_after_an_answer_is_no_text_about_its_topic(words: TopicWords) -> None:
    # It speaks of what was asked, too.
    scores = words.scores("fruit", "zwetschgen")
    assert scores is not None
    assert best(words, "zwetschgen") != "plums" or scores["plums"] < 1


def test_only_the_largest_weights_are_kept(
    pack: QuestionPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_words_fitting, "KEPT_WEIGHTS", 50)
    words = fit_words(pack, ANSWERS, CHOICES, 20)
    assert (words.weight != 0).sum() <= 60
    assert best(words, "newton sat below it") == "apples"
