"""Stage 2: the default stands unless another topic is nearer by a margin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import QUESTION_SELECTOR, Manifest
from engine.contract import Intent, Mode, PackRef, TurnRequest
from engine.errors import ArtifactError
from engine.ports import Evaluation
from engine.question_selector import (
    SbertQuestionSelector,
    WordsOpinion,
    context_text,
    topic_text,
    topic_vectors,
)
from engine.questions import QuestionPack
from engine.topic_words import NOWHERE, TopicWords
from tests.support.packs import read_small_pack
from tests.support.stage_one import WordEncoder
from training.letter_learning import learn_letters

CANDIDATES = ("plums", "pears", "rest")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


def select(
    pack: QuestionPack,
    answer: str,
    *,
    margin: float = 0.0,
    locale: str = "en",
    opinion: WordsOpinion | None = None,
    heard: str | None = None,
) -> str:
    encoder = WordEncoder()
    selector = SbertQuestionSelector(
        encoder, topic_vectors({pack.id: pack}, encoder), margin, opinion
    )
    encoder.calls.clear()
    request = TurnRequest(
        request_id="i:1",
        seed="0:1",
        pack=PackRef("fruit", "1.0.0"),
        locale=locale,
        mode=Mode.COACH,
        topic_id="apples",
        question="question apples en 0",
        answer=answer,
        open_points=("colour",),
        next_topics=CANDIDATES,
        may_retry=True,
    )
    chosen = selector.select(request, pack, Evaluation(Intent.ANSWER), CANDIDATES)
    ((texts, adapter),) = encoder.calls  # one call, whatever the number of candidates
    assert adapter == QUESTION_SELECTOR
    assert texts == (context_text(pack.topic("apples"), heard or answer, locale),)
    return chosen


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_the_topic_that_was_asked_for_is_chosen(pack: QuestionPack, locale: str) -> None:
    assert select(pack, "pears", locale=locale) == "pears"
    assert select(pack, "a rest", locale=locale) == "rest"


def test_the_default_stands_when_nothing_speaks_for_another(pack: QuestionPack) -> None:
    assert select(pack, "crimson") == "plums"
    assert select(pack, "pears plums rest") == "plums"


def test_another_topic_must_be_nearer_by_the_margin(pack: QuestionPack) -> None:
    # The state and each topic share three of their words; “pears” is said twice by its topic.
    assert select(pack, "pears", margin=0.1) == "pears"
    assert select(pack, "pears", margin=0.9) == "plums"


def test_all_topics_of_all_packs_are_encoded_in_one_call(pack: QuestionPack) -> None:
    encoder = WordEncoder()
    vectors = topic_vectors({pack.id: pack}, encoder)
    ((texts, adapter),) = encoder.calls
    assert adapter == QUESTION_SELECTOR
    assert len(texts) == len(vectors) == 7 * 2
    expected = encoder.vector(topic_text(pack.topic("plums"), "ko"))
    np.testing.assert_array_equal(vectors["fruit", "plums", "ko"], expected)


def test_a_long_message_does_not_drown_what_was_asked(pack: QuestionPack) -> None:
    text = context_text(pack.topic("apples"), "x" * 5000, "en")
    assert text.startswith("apples English | x")
    assert len(text) < 450


# Words beside the vectors


def words_of(weights: dict[str, tuple[str, float]], *, pack_id: str = "fruit") -> WordsOpinion:
    """An opinion in which each topic has one word, worth so much where a message is that word."""
    letters = learn_letters([word for word, _ in weights.values()], 1)
    rows = [worth * letters.vector(word) for word, worth in weights.values()]
    topics = (*weights, NOWHERE)
    weight = np.stack([*rows, np.zeros(len(letters.codes), dtype=np.float32)])
    bias = np.zeros(len(topics), dtype=np.float32)
    return WordsOpinion(TopicWords(pack_id, topics, letters, weight, bias), near=1.0)


SPELT = {"plums": ("zwetschge", 4.0), "pears": ("birne", 4.0), "rest": ("pause", 4.0)}


def test_a_word_that_no_topic_text_holds_is_known_from_training(pack: QuestionPack) -> None:
    assert select(pack, "birne") == "plums"
    assert select(pack, "birne", opinion=words_of(SPELT)) == "pears"


@pytest.mark.parametrize(
    ("text", "name", "heard"),
    [
        ("birne, Aurora", "aurora", "birne,"),
        ("오로라야 birne", "오로라", "birne"),
        ("오로라 birne", "오로라", "birne"),
    ],
)
def test_the_name_of_the_interviewer_is_no_wish(
    pack: QuestionPack, text: str, name: str, heard: str
) -> None:
    named = words_of({**SPELT, "rest": (name, 20.0)})
    assert select(pack, text, opinion=named, heard=heard) == "pears"


def test_what_only_holds_the_name_is_heard(pack: QuestionPack) -> None:
    assert select(pack, "로라", opinion=words_of({**SPELT, "pears": ("로라", 9.0)})) == "pears"


def test_vectors_still_speak_beside_the_words(pack: QuestionPack) -> None:
    opinion = replace(words_of(SPELT), near=20.0)
    assert select(pack, "pears", opinion=opinion) == "pears"


def test_a_message_that_leads_nowhere_speaks_for_the_default(pack: QuestionPack) -> None:
    opinion = words_of(SPELT)
    sure = replace(opinion.words, bias=np.array([0, 0, 0.5, 2], dtype=np.float32))
    assert select(pack, "hm", opinion=replace(opinion, words=sure)) == "plums"
    unsure = replace(opinion.words, bias=np.array([0, 0, 0.5, -9], dtype=np.float32))
    assert select(pack, "hm", opinion=replace(opinion, words=unsure, near=0.0)) == "rest"


def test_of_a_pack_or_topic_that_was_not_learnt_the_vectors_alone_decide(
    pack: QuestionPack,
) -> None:
    strange = words_of(SPELT, pack_id="vegetables")
    assert select(pack, "birne pears", opinion=strange) == "pears"
    some = words_of({"plums": ("zwetschge", 4.0), "pears": ("birne", 4.0)})
    assert select(pack, "birne", opinion=some) == "plums"


def test_a_manifest_without_words_is_a_model_of_vectors_alone(tmp_path: Path) -> None:
    manifest = Manifest(QUESTION_SELECTOR, {}, {"margin": 0.1}, {}, {}, 20)
    assert WordsOpinion.load(tmp_path, manifest) is None
    broken = replace(manifest, config={"words": {"pack": "fruit"}})
    with pytest.raises(ArtifactError, match="no usable 'words'"):
        WordsOpinion.load(tmp_path, broken)
