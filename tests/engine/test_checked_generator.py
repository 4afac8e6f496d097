"""A language model is heard only in what passes the checks; written lines say the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.checked_generator import CheckedGenerator, line_of
from engine.contract import (
    Intent,
    Mode,
    PackRef,
    PointVerdict,
    TurnRequest,
    Utterance,
    VerdictStatus,
)
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import WriterUnavailableError
from engine.korean_politeness import politeness
from engine.outcomes import Style
from engine.pack_reader import read_pack
from engine.ports import Evaluation
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceChecker
from tests.support.packs import polite_files, small_pack, write_pack
from tests.support.small_pack import read_small_pack, turn

GOOD = "That's right, well put. What does training do with the loss?"
OTHER = "Yes, that is what it measures. What does training do with the loss?"
PRAISED = "Exactly! What about loss?"
NUMBERED = "1. What about loss?"
COVERED = Evaluation(
    Intent.ANSWER,
    (
        PointVerdict("distance", VerdictStatus.COVERED, "far from the truth"),
        PointVerdict("goal", VerdictStatus.MISSING),
    ),
)
MISSED = Evaluation(
    Intent.ANSWER,
    (
        PointVerdict("distance", VerdictStatus.MISSING),
        PointVerdict("goal", VerdictStatus.MISSING),
    ),
)


class AskedAbout:
    """Relevance that takes every text for a question about its topic."""

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        return np.ones(len(texts), dtype=np.float32)


class Writer:
    """Says one text after another, whatever the turn, and keeps what it was asked."""

    name = "script"

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)
        self.batches: list[list[int]] = []

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        self.batches.append(list(seeds))
        if not self._texts:
            raise WriterUnavailableError("gone")
        return [self._texts.pop(0) for _ in turns]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        (text,) = self.write([turn], [seed])
        yield from (text[:end] for end in range(1, len(text) + 1))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    folder: Path = tmp_path_factory.mktemp("small")
    return read_small_pack(folder)


def voice(writer: Writer) -> CheckedGenerator:
    curated = CuratedGenerator(load_reactions())
    return CheckedGenerator(writer, UtteranceChecker(AskedAbout()), curated)


def written(
    request: TurnRequest, pack: QuestionPack, evaluation: Evaluation = COVERED, to: str = "loss"
) -> Utterance:
    return CuratedGenerator(load_reactions()).generate(request, pack, evaluation, to)


def test_a_faultless_first_try_is_said(pack: QuestionPack) -> None:
    writer = Writer(GOOD)
    generator = voice(writer)
    said = generator.generate(turn(), pack, COVERED, "loss")
    assert said.text == GOOD
    assert said.question == "What does training do with the loss?"
    assert generator.counters.snapshot()["utterances"] == {"model": 1, "rule": 0, "fallback": 0}


def test_after_a_fault_the_other_tries_are_written_at_once(pack: QuestionPack) -> None:
    writer = Writer(NUMBERED, NUMBERED, GOOD, OTHER)
    generator = voice(writer)
    assert generator.generate(turn(), pack, COVERED, "loss").text == GOOD
    assert [len(batch) for batch in writer.batches] == [1, 3]
    assert len({seed for batch in writer.batches for seed in batch}) == 4
    assert generator.counters.snapshot()["resamples"] == {"total": 3}


def test_written_lines_take_over_where_no_try_passes(pack: QuestionPack) -> None:
    generator = voice(Writer(*[PRAISED] * 4))
    said = generator.generate(turn(), pack, MISSED, "loss")
    assert said == written(turn(), pack, MISSED)
    counts = generator.counters.snapshot()
    assert counts["utterances"]["fallback"] == 1
    assert counts["fallbacks"] == {"outcome": 1}


def test_written_lines_take_over_where_the_model_is_gone(pack: QuestionPack) -> None:
    generator = voice(Writer())
    assert generator.generate(turn(), pack, COVERED, "loss") == written(turn(), pack)
    assert generator.counters.snapshot()["fallbacks"] == {"unavailable": 1}


def test_the_same_request_is_written_with_the_same_seeds(pack: QuestionPack) -> None:
    seeds = []
    for request in (turn(), turn(), turn(1)):
        writer = Writer(GOOD)
        voice(writer).generate(request, pack, COVERED, "loss")
        seeds.append(writer.batches)
    assert seeds[0] == seeds[1] != seeds[2]


def test_an_utterance_is_not_begun_twice_in_an_interview(pack: QuestionPack) -> None:
    heard = replace(turn(), spoken=(line_of(GOOD),))
    assert line_of(GOOD) in voice(Writer(GOOD)).generate(turn(), pack, COVERED, "loss").lines
    again = voice(Writer(GOOD, GOOD, OTHER, OTHER)).generate(heard, pack, COVERED, "loss")
    assert again.text == OTHER
    only = voice(Writer(*[GOOD] * 4)).generate(heard, pack, COVERED, "loss")
    assert only.text == GOOD


def test_a_question_that_cannot_stand_alone_is_the_packs(pack: QuestionPack) -> None:
    said = voice(Writer("That's right. And why?")).generate(turn(), pack, COVERED, "loss")
    assert said.question == pack.topic("loss").question["en"][0]


class TestJondaetmal:
    """A model that falls back into 반말 is not heard by somebody who chose 존댓말."""

    EVALUATION = Evaluation(Intent.ANSWER, (PointVerdict("colour", VerdictStatus.COVERED, "빨강"),))
    POLITE = "맞아요, 잘 짚으셨어요. 사과의 맛은 어떤가요?"
    CASUAL = "맞아, 잘 짚었어. 사과의 맛은 어때?"
    SHORT = "맞아요, 잘 짚으셨어요. 왜죠?"

    @pytest.fixture
    def fruit(self, tmp_path: Path) -> QuestionPack:
        files = small_pack()
        return read_pack(write_pack(tmp_path / "fruit", files | polite_files(files)))

    @pytest.fixture
    def asked(self, fruit: QuestionPack) -> TurnRequest:
        return turn(
            pack=PackRef(fruit.id, fruit.version),
            locale="ko",
            style=Style.JONDAETMAL,
            topic_id="apples",
            question="question apples ko 0, 맞죠?",
            answer="빨강",
            open_points=("colour", "taste"),
            next_topics=("pears",),
        )

    def test_what_is_polite_is_said(self, fruit: QuestionPack, asked: TurnRequest) -> None:
        said = voice(Writer(self.POLITE)).generate(asked, fruit, self.EVALUATION, "apples")
        assert said.text == self.POLITE

    def test_banmal_is_written_again(self, fruit: QuestionPack, asked: TurnRequest) -> None:
        writer = Writer(self.CASUAL, self.CASUAL, self.POLITE, self.CASUAL)
        said = voice(writer).generate(asked, fruit, self.EVALUATION, "apples")
        assert said.text == self.POLITE

    def test_polite_lines_take_over(self, fruit: QuestionPack, asked: TurnRequest) -> None:
        generator = voice(Writer(*[self.CASUAL] * 4))
        said = generator.generate(asked, fruit, self.EVALUATION, "apples")
        assert said == written(asked, fruit, self.EVALUATION, "apples")
        assert all(politeness(said.text))
        assert generator.counters.snapshot()["fallbacks"] == {"style": 1}

    def test_the_question_that_stands_is_polite(
        self, fruit: QuestionPack, asked: TurnRequest
    ) -> None:
        said = voice(Writer(self.SHORT)).generate(asked, fruit, self.EVALUATION, "apples")
        assert said.question == fruit.topic("apples").question["ko@jondaetmal"][0]


@pytest.mark.parametrize(
    ("changes", "evaluation", "to"),
    [
        ({"intent": Intent.HINT}, Evaluation(Intent.HINT), "loss"),
        ({}, Evaluation(Intent.TERM_QUESTION), "loss"),
        ({}, Evaluation(Intent.REPEAT), "loss"),
        ({}, Evaluation(Intent.OTHER_LANGUAGE), "loss"),
        ({}, Evaluation(Intent.UNREADABLE), "loss"),
        ({"mode": Mode.EXAM}, COVERED, "risk"),
        ({"truncated": True}, COVERED, "loss"),
        ({}, COVERED, "end"),
        (
            {},
            Evaluation(
                Intent.ANSWER,
                (PointVerdict("distance", VerdictStatus.WRONG, "money", misconception=0),),
            ),
            "loss",
        ),
    ],
    ids=[
        "a hint is the pack's",
        "a term is the glossary's",
        "a question repeated is the same",
        "another language",
        "nothing readable",
        "an exam gives nothing away",
        "a cut message",
        "the farewell",
        "what is off about a known misconception",
    ],
)
def test_some_turns_are_written_whatever_the_model_would_say(
    pack: QuestionPack, changes: dict[str, Any], evaluation: Evaluation, to: str
) -> None:
    writer = Writer(GOOD)
    generator, request = voice(writer), replace(turn(), **changes)
    assert generator.generate(request, pack, evaluation, to) == written(
        request, pack, evaluation, to
    )
    assert writer.batches == []
    assert generator.counters.snapshot()["utterances"]["rule"] == 1


def test_the_first_try_is_shown_by_sentences_as_it_grows(pack: QuestionPack) -> None:
    shown: list[str] = []
    said = voice(Writer(GOOD)).generate(turn(), pack, COVERED, "loss", shown.append)
    assert said.text == GOOD
    assert shown == ["That's right, well put."]


def test_praise_for_a_failed_answer_is_not_even_shown(pack: QuestionPack) -> None:
    shown: list[str] = []
    voice(Writer(*[PRAISED] * 4)).generate(turn(), pack, MISSED, "loss", shown.append)
    assert shown == []
