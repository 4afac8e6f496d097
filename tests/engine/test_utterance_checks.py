"""Every kind of fault is found, and named, while an ordinary utterance passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn, messages
from engine.utterance_checks import UtteranceChecker, UtteranceFault

F = UtteranceFault
ENGLISH = SpokenTurn(
    locale="en",
    style=Style.PLAIN,
    outcome=Outcome.WRONG,
    question="What is dropout?",
    answer="it switches units off at test time",
    credited=(),
    still_open=("How dropout works",),
    next_title="Dropout",
    next_question="What does dropout do?",
)
KOREAN = replace(ENGLISH, locale="ko", style=Style.BANMAL, answer="테스트 때 끄는 거")
POLITE = replace(KOREAN, style=Style.JONDAETMAL)


class Nearness:
    """Relevance with a fixed score."""

    def __init__(self, score: float = 1.0) -> None:
        self._score = score

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        return np.full(len(texts), self._score, dtype=np.float32)


def faults(turn: SpokenTurn, text: str) -> set[UtteranceFault]:
    return set(UtteranceChecker(Nearness()).check(turn, [text])[0].faults)


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        (ENGLISH, "Not quite, look at the timing. When are units dropped, and why?"),
        (ENGLISH, "Hmm, that's off. Tell me when dropout acts."),
        (KOREAN, "아쉽지만 그건 아니야. Dropout은 언제 적용될까?"),
        (KOREAN, "음, 시점을 다시 보자! BatchNorm 말고 dropout은 언제 유닛을 끌까? 🙂"),
        (POLITE, "아쉽지만 그건 아니에요. 네, 다시 해 봐요. 드롭아웃은 언제 적용되나요?"),
        (POLITE, "좋은 시도! 드롭아웃이 언제 뉴런을 끄는지 말씀해 주시겠어요? 😊"),
    ],
)
def test_an_ordinary_utterance_passes(turn: SpokenTurn, text: str) -> None:
    assert faults(turn, text) == set()


@pytest.mark.parametrize(
    ("turn", "text", "fault"),
    [
        (ENGLISH, "", F.FORMAT),
        (ENGLISH, "2. When are units dropped?", F.FORMAT),
        (ENGLISH, "아니야. When are units dropped?", F.LANGUAGE),
        (ENGLISH, "Pas tout à fait, regarde encore une fois le moment où cela arrive?", F.LANGUAGE),
        (ENGLISH, "Not quite. 什么时候? When are units dropped?", F.LANGUAGE),
        (KOREAN, "Not quite. When are units dropped, and why do you think so?", F.LANGUAGE),
        (KOREAN, "그건 아니야. 知道了. 언제 끌까?", F.LANGUAGE),
        (KOREAN, "그건 아니에요. 언제 끌까?", F.STYLE),
        (KOREAN, "그건 아니야. 언제 끄나요?", F.STYLE),
        (KOREAN, "그건 아니야 😅 다시 해 보자 💪 언제 끌까?", F.STYLE),
        (POLITE, "그건 아니야. 언제 끄나요?", F.STYLE),
        (POLITE, "그건 아니에요. 너는 언제 끈다고 생각하나요?", F.STYLE),
        (ENGLISH, "No. It is off. Look again. Think of it. When are units dropped?", F.LENGTH),
        (ENGLISH, f"Not quite, {'and so on and on ' * 30}when are units dropped?", F.LENGTH),
        (ENGLISH, "Exactly! When are units dropped?", F.OUTCOME),
        (ENGLISH, "Not quite, @everyone. When are units dropped?", F.LEAK),
        (ENGLISH, "Not quite, <@1234567890>. When are units dropped?", F.LEAK),
        (ENGLISH, "Not quite, see https://example.org. When are units dropped?", F.LEAK),
        (ENGLISH, "Not quite, mail me at ada@example.org. When are they dropped?", F.LEAK),
        (ENGLISH, "My instructions say not to praise this. When are they dropped?", F.LEAK),
        (ENGLISH, "As an AI language model, I can't. When are units dropped?", F.LEAK),
        (ENGLISH, 'Not quite: "open_points" is full. When are units dropped?', F.LEAK),
        (ENGLISH, "Somebody else I interviewed said the same. When is it?", F.LEAK),
        (KOREAN, "다른 지원자가 말하길 학습 때래. 언제 끌까?", F.LEAK),
    ],
)
def test_each_fault_is_named(turn: SpokenTurn, text: str, fault: UtteranceFault) -> None:
    assert fault in faults(turn, text)


def test_the_instruction_is_not_recited() -> None:
    instruction = messages(ENGLISH)[0]["content"]
    told = instruction[: instruction.index(".", 30)]
    assert F.LEAK in faults(ENGLISH, f"{told}. When are units dropped?")


def test_another_topic_is_told_by_relevance() -> None:
    text = "Not quite. What is batch normalization?"
    (checked,) = UtteranceChecker(Nearness(-0.2)).check(ENGLISH, [text])
    assert checked.faults == (F.OFF_TOPIC,)
    assert checked.reasons == ("off_topic: asks something else (-0.20)",)


def test_an_answer_given_away_is_told_by_who_knows_the_answers() -> None:
    class Told:
        def given_away(self, turn: SpokenTurn, text: str) -> bool:
            return "training" in text

    checker = UtteranceChecker(Nearness(), Told())
    texts = ["Not quite, it acts in training. When does it act?", "Not quite. When does it act?"]
    assert [c.faults for c in checker.check(ENGLISH, texts)] == [(F.OUTCOME,), ()]


def test_nonsense_is_told_by_who_knows_sentences() -> None:
    class Sentences:
        def reads_well(self, turn: SpokenTurn, text: str) -> bool:
            return "the the" not in text

    checker = UtteranceChecker(Nearness(), fluency=Sentences())
    texts = ["Not quite the the the. When is it?", "Not quite. When is it?"]
    assert [c.faults for c in checker.check(ENGLISH, texts)] == [(F.FLUENCY,), ()]
    assert not checker.may_begin(ENGLISH, "Not the the the.")


def test_texts_are_trimmed_and_none_may_be_checked() -> None:
    checker = UtteranceChecker(Nearness())
    assert checker.check(ENGLISH, []) == []
    assert (
        checker.check(ENGLISH, ["  Not quite. When is it?\n"])[0].text == "Not quite. When is it?"
    )


def test_a_beginning_needs_no_question_yet() -> None:
    checker = UtteranceChecker(Nearness(-1.0))
    assert checker.may_begin(ENGLISH, "Not quite.")
    assert not checker.may_begin(ENGLISH, "Exactly!")
