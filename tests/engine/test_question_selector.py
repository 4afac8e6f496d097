"""Stage 2: the default stands unless another topic is nearer by a margin."""

from __future__ import annotations

import numpy as np
import pytest

from engine.artifacts import QUESTION_SELECTOR
from engine.contract import Intent, Mode, PackRef, TurnRequest
from engine.ports import Evaluation
from engine.question_selector import (
    SbertQuestionSelector,
    context_text,
    topic_text,
    topic_vectors,
)
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from tests.support.stage_one import WordEncoder

CANDIDATES = ("plums", "pears", "rest")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


def select(pack: QuestionPack, answer: str, *, margin: float = 0.0, locale: str = "en") -> str:
    encoder = WordEncoder()
    selector = SbertQuestionSelector(encoder, topic_vectors({pack.id: pack}, encoder), margin)
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
    assert texts == (context_text(pack.topic("apples"), answer, locale),)
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
