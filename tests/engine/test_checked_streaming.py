"""What of a language model's utterance is shown while it writes, and what is said in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.checked_generator import CheckedGenerator
from engine.contract import Intent, PointVerdict, Utterance, VerdictStatus
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import WriterUnavailableError
from engine.ports import Evaluation, ShowText
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceChecker
from tests.support.small_pack import read_small_pack, turn

GOOD = "Nicely put, that is the heart of it. What does the optimiser do with the loss?"
LEAKING = "Look here: https://example.com/loss says it. What does the optimiser do with the loss?"
COVERED = Evaluation(
    Intent.ANSWER,
    (
        PointVerdict("distance", VerdictStatus.COVERED, "how far predictions are"),
        PointVerdict("goal", VerdictStatus.MISSING),
    ),
)


class Relevant:
    """Finds every question on topic."""

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        return np.ones(len(texts), np.float32)


class ScriptedWriter:
    """Writes one text after the other, word by word where it streams.

    Args:
        texts: what it writes; a stream breaks off in the middle where there are no more.
    """

    name = "scripted"

    def __init__(self, *texts: str, breaks: bool = False) -> None:
        self._texts = list(texts)
        self._breaks = breaks
        self.batches: list[int] = []

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        self.batches.append(len(seeds))
        return [self._texts.pop(0) for _ in seeds]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        words = self._texts.pop(0).split(" ")
        for number in range(1, len(words)):
            yield " ".join(words[:number])
        if self._breaks:
            raise WriterUnavailableError("the server is gone")
        yield " ".join(words)


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def say(pack: QuestionPack, writer: ScriptedWriter, show: ShowText | None) -> Utterance:
    curated = CuratedGenerator(load_reactions())
    checked = CheckedGenerator(writer, UtteranceChecker(Relevant()), curated, tries=2)
    return checked.generate(turn(), pack, COVERED, "loss", show)


def written_line(pack: QuestionPack) -> Utterance:
    return CuratedGenerator(load_reactions()).generate(turn(), pack, COVERED, "loss")


def test_the_first_try_is_shown_by_sentences_and_then_said(pack: QuestionPack) -> None:
    shown: list[str] = []
    writer = ScriptedWriter(GOOD)
    assert say(pack, writer, shown.append).text == GOOD
    assert shown == ["Nicely put, that is the heart of it."]
    assert writer.batches == []


def test_a_sentence_with_a_fault_is_never_shown_and_another_try_is_said(
    pack: QuestionPack,
) -> None:
    shown: list[str] = []
    writer = ScriptedWriter(LEAKING, GOOD)
    assert say(pack, writer, shown.append).text == GOOD
    assert shown == []
    assert writer.batches == [1]


def test_a_model_that_is_lost_in_mid_sentence_leaves_the_word_to_a_written_line(
    pack: QuestionPack,
) -> None:
    shown: list[str] = []
    assert say(pack, ScriptedWriter(GOOD, breaks=True), shown.append) == written_line(pack)
    assert shown == ["Nicely put, that is the heart of it."]


def test_who_has_left_ends_the_writing(pack: QuestionPack) -> None:
    def nobody_there(_: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        say(pack, ScriptedWriter(GOOD), nobody_there)


def test_where_nobody_watches_nothing_is_streamed(pack: QuestionPack) -> None:
    writer = ScriptedWriter(GOOD)
    assert say(pack, writer, None).text == GOOD
    assert writer.batches == [1]
