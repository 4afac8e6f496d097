"""Messages that were put together lead where they say."""

from __future__ import annotations

import random

import pytest

from engine.contract import Intent
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from training.rows import AnswerRow
from training.topic_messages import LeadingMessage, MessageComposer


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("pack"))


def row(topic: str, answer: str, kind: str, intent: Intent = Intent.ANSWER) -> AnswerRow:
    return AnswerRow(topic, kind, "en", answer, intent, (), (), (), kind)


ROWS = (
    row("apples", "they are red", "right"),
    row("apples", "they sing", "misconception"),
    row("apples", "no idea", "dont_know", Intent.DONT_KNOW),
    row("apples", "say it again", "repeat", Intent.REPEAT),
    row("pears", "shaped like a bulb", "right"),
)


@pytest.fixture(scope="module")
def messages(pack: QuestionPack) -> list[LeadingMessage]:
    return MessageComposer(pack, ROWS, random.Random(3)).compose(600)


def test_all_judged_topics_are_led_to_from_all_others_and_from_the_opening(
    messages: list[LeadingMessage],
) -> None:
    ways = {(m.left, m.towards) for m in messages if m.towards}
    judged = {"apples", "pears", "plums"}
    assert ways == {(a, b) for a in (*judged, "hello") for b in judged if a != b}
    assert {m.locale for m in messages} == {"ko", "en"}


def test_an_answer_alone_leads_nowhere_whatever_it_is_worth(
    messages: list[LeadingMessage],
) -> None:
    plain = {m.text for m in messages if m.towards is None and m.left == "apples"}
    assert {"they are red", "they sing", "no idea"} <= plain
    assert not any("say it again" in m.text for m in messages)


def test_after_an_answer_the_other_topic_is_named_or_answered(
    messages: list[LeadingMessage],
) -> None:
    led = [m for m in messages if (m.left, m.towards, m.locale) == ("apples", "pears", "en")]
    names = ("pears English", "shape English", "shaped like a bulb")
    assert led
    assert all(any(name in m.text for name in names) for m in led)
    # What somebody got wrong about the other topic would teach the wrong words for it.
    led = [m for m in messages if (m.towards, m.locale) == ("apples", "en")]
    assert not any(m.text.endswith(("they sing", "no idea")) for m in led)


def test_the_same_chance_puts_the_same_together(pack: QuestionPack) -> None:
    again = [MessageComposer(pack, ROWS, random.Random(5)).compose(20) for _ in range(2)]
    assert again[0] == again[1]
