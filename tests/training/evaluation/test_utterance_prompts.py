"""Labelled turns become what the engine would meet: request, evaluation, and the turn to phrase."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.contract import Intent, VerdictStatus
from engine.outcomes import Outcome
from engine.pack_reader import read_pack
from engine.questions import QuestionPack, TopicKind
from engine.spoken_turns import spoken_turn
from tests.support.packs import SHIPPED, read_small_pack
from training.errors import DataError
from training.evaluation.utterance_prompts import UTTERANCES, of_rows, read_prompts
from training.utterance_rows import read_utterances

HEAD = ("output_next_question", "user_input", "output_answered", "current_question")
COVERED = ("apples English", "it is red", "colour English", "apples English")


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path / "pack")


def write(folder: Path, head: Sequence[str], *rows: Sequence[str]) -> Path:
    file = folder / "turns.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    return file


# The project's own rows


def test_the_engine_makes_of_a_request_what_the_label_says() -> None:
    """What a model is measured on is what it is asked in an interview, word for word."""
    pack = read_pack(SHIPPED / "ml-core")
    prompts = of_rows(read_utterances(UTTERANCES), pack)
    differing = []
    for prompt in prompts:
        ends = pack.topic(prompt.next_topic).kind is TopicKind.END
        if prompt.request is None or ends or prompt.turn.outcome is Outcome.CLOSING:
            continue
        if not pack.topic(prompt.request.topic_id).kind.judged:
            continue
        met = spoken_turn(
            prompt.request, pack, prompt.evaluation, prompt.next_topic, prompt.turn.style
        )
        differing += [prompt.place] if met != prompt.turn else []
    assert differing == []
    assert len(prompts) > 5000


def test_an_opening_is_no_turn_of_the_engine() -> None:
    prompts = read_prompts(None, read_pack(SHIPPED / "ml-core"), "test")
    openings = [prompt for prompt in prompts if prompt.turn.outcome is Outcome.OPENING]
    assert openings
    assert all(prompt.request is None for prompt in openings)
    assert all(prompt.request for prompt in prompts if prompt.turn.outcome is not Outcome.OPENING)


def test_one_file_of_the_projects_rows_will_do(tmp_path: Path) -> None:
    pack = read_pack(SHIPPED / "ml-core")
    prompts = read_prompts(UTTERANCES / "lora.csv", pack, "all")
    assert {prompt.topic for prompt in prompts} == {"LoRA"}
    copy = tmp_path / "lora.csv"
    copy.write_text("family,locale\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"lora\.csv:1: "):
        read_prompts(copy, pack, "all")


# The reference layout


def test_columns_are_known_by_name_in_any_order(tmp_path: Path, pack: QuestionPack) -> None:
    (prompt,) = read_prompts(write(tmp_path, HEAD, COVERED), pack, "test")
    assert prompt.place == "turns.csv:2"
    assert prompt.turn.outcome is Outcome.COVERED
    assert prompt.turn.credited == ("colour English",)
    assert prompt.turn.still_open == ("taste English",)
    assert prompt.request is not None
    assert (prompt.request.topic_id, prompt.next_topic) == ("apples", "apples")
    assert prompt.evaluation.points(VerdictStatus.COVERED) == ("colour",)


def test_an_opening_counts_and_a_failure_credits_nothing(
    tmp_path: Path, pack: QuestionPack
) -> None:
    opening = ("hello English", "", "", "")
    failed = ("apples English", "no idea", "답변 실패", "apples English")
    first, second = read_prompts(write(tmp_path, HEAD, opening, failed), pack, "test")
    assert first.turn.outcome is Outcome.OPENING
    assert (first.request, first.next_topic) == (None, "hello")
    assert second.turn.outcome is not Outcome.COVERED
    assert second.evaluation.points(VerdictStatus.COVERED) == ()


def test_a_question_about_a_word_is_none_of_the_failures(
    tmp_path: Path, pack: QuestionPack
) -> None:
    asked = ("apples English", "what is a core?", "용어 질문", "apples English")
    (prompt,) = read_prompts(write(tmp_path, HEAD, asked), pack, "test")
    assert prompt.turn.outcome is Outcome.TERM_QUESTION
    assert prompt.evaluation.intent is Intent.TERM_QUESTION


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("current_question", "weather", "turns.csv:2: current_question: 'weather'"),
        ("output_next_question", "weather", "turns.csv:2: output_next_question: 'weather'"),
        ("output_answered", "stone", "turns.csv:2: output_answered: 'stone'"),
        ("output_next_question", "", "turns.csv:2: output_next_question: is empty"),
        ("output_answered", "", "turns.csv:2: output_answered: is empty"),
    ],
)
def test_what_the_pack_does_not_know_is_named(
    tmp_path: Path, pack: QuestionPack, column: str, value: str, fault: str
) -> None:
    row = dict(zip(HEAD, COVERED, strict=True)) | {column: value}
    with pytest.raises(DataError) as error:
        read_prompts(write(tmp_path, HEAD, tuple(row.values())), pack, "test")
    assert fault in str(error.value)


def test_a_missing_column_is_named(tmp_path: Path, pack: QuestionPack) -> None:
    file = write(tmp_path, HEAD[1:], COVERED[1:])
    with pytest.raises(DataError, match=r"turns\.csv:1: output_next_question: .*missing"):
        read_prompts(file, pack, "test")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "turns.csv:1: : is empty"),
        (",".join(HEAD).encode(), "turns.csv:1: there is no row in it"),
        ("\n".join((",".join(HEAD), "손실,예,모름,손실")).encode("cp949"), "turns.csv:2: "),
        ((",".join(HEAD) + "\na,b").encode(), "4 cells are needed, not 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, pack: QuestionPack, content: bytes, fault: str
) -> None:
    file = tmp_path / "turns.csv"
    file.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_prompts(file, pack, "test")
    assert fault in str(error.value)
