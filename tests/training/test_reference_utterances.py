"""Files of the reference layout become turns in the words of the pack, where it knows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import PACKS
from engine.outcomes import Outcome, Style
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from training.errors import DataError
from training.reference_utterances import ReferenceUtterance, read_reference_utterances

COLUMNS = "current_question,user_input,output_answered,output_next_question"


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(PACKS / "ml-core")


def read(
    folder: Path, pack: QuestionPack, *rows: str, head: str = COLUMNS, spoken: bool = False
) -> tuple[ReferenceUtterance, ...]:
    file = folder / "turns.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8-sig")
    return read_reference_utterances(file, pack, spoken=spoken)


def test_what_the_pack_knows_is_put_in_its_words(tmp_path: Path, pack: QuestionPack) -> None:
    topic = next(t for t in pack if t.kind.judged and len(t.points) > 1)
    point, other = topic.points[0].name["ko"], topic.points[1].name["ko"]
    title = topic.title["ko"]
    row = ",".join(f'"{cell}"' for cell in (title, f"[{point}] 이런 거", point, title))
    (read_row,) = read(tmp_path, pack, row)
    turn = read_row.turn
    assert (turn.locale, turn.style, turn.outcome) == ("ko", Style.BANMAL, Outcome.COVERED)
    assert turn.question == turn.next_question == topic.question["ko"][0]
    assert turn.answer == "이런 거"
    assert turn.credited == (point,)
    assert other in turn.still_open
    assert point not in turn.still_open


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (",,,면접 시작 인사", Outcome.OPENING),
        ("LoRA,몰라,답변 실패,LoRA", Outcome.MISSING),
        ("LoRA,rank가 뭐야?,용어 질문,LoRA", Outcome.TERM_QUESTION),
        ("잠시 휴식,응 쉬었어,잠시 휴식,LoRA", Outcome.SMALL_TALK),
        ("마지막 할 말,고마워,마지막 할 말,면접 종료", Outcome.CLOSING),
        ("아무도 모르는 주제,그런 거지,그런 점,LoRA", Outcome.COVERED),
    ],
)
def test_labels_say_what_came_of_the_message(
    tmp_path: Path, pack: QuestionPack, row: str, outcome: Outcome
) -> None:
    assert read(tmp_path, pack, row)[0].turn.outcome is outcome


def test_a_topic_that_the_pack_does_not_know_keeps_its_name(
    tmp_path: Path, pack: QuestionPack
) -> None:
    head = f"{COLUMNS},current_remaining_user_answer"
    row = 'Sorting,"quick, merge",quick sort,Searching,"heap sort, merge sort"'
    turn = read(tmp_path, pack, row, head=head)[0].turn
    assert (turn.locale, turn.style) == ("en", Style.PLAIN)
    assert (turn.question, turn.next_title, turn.next_question) == ("Sorting", "Searching", "")
    assert turn.credited == ("quick sort",)
    assert turn.still_open == ("heap sort", "merge sort")


@pytest.mark.parametrize("column", ["output_data", "output_utterance", "utterance"])
def test_what_was_said_is_found_under_several_names(
    tmp_path: Path, pack: QuestionPack, column: str
) -> None:
    rows = read(
        tmp_path,
        pack,
        "LoRA,저랭크,LoRA,LoRA,맞아!",
        head=f"{COLUMNS},{column}",
        spoken=True,
    )
    assert rows[0].utterance == "맞아!"


def test_every_fault_is_named_with_its_place(tmp_path: Path, pack: QuestionPack) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, pack, "LoRA,저랭크,,LoRA", "LoRA,저랭크,LoRA,", spoken=True)
    assert raised.value.faults == (
        "turns.csv:2: output_data or output_utterance or utterance: is missing or empty",
        "turns.csv:2: output_answered: is empty",
        "turns.csv:3: output_data or output_utterance or utterance: is missing or empty",
        "turns.csv:3: output_next_question: is empty",
    )


def test_a_missing_column_is_named(tmp_path: Path, pack: QuestionPack) -> None:
    with pytest.raises(DataError, match="output_next_question: the column is missing"):
        read(tmp_path, pack, "a,b,c", head="current_question,user_input,output_answered")
