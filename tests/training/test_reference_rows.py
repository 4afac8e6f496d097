"""Files in the reference layout are read row by row; every fault names its place."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.support.reference_file import reference_rows, write_reference
from training.errors import DataError
from training.reference_rows import COLUMNS, Stage, candidates_of, check_labels, read_reference

HEAD = ",".join(COLUMNS)


def faults_of(file: Path, *stages: Stage) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        read_reference(file, stages or tuple(Stage))
    return caught.value.faults


def text_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "turns.csv"
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_rows_are_read_and_openings_skipped(tmp_path: Path, encoding: str) -> None:
    rows = read_reference(write_reference(tmp_path / "turns.csv", encoding=encoding))
    assert len(rows) == len(reference_rows()) - 1
    first = rows[0]
    assert first.place == "turns.csv:3"
    assert first.user_input == "the cats are red and blue"
    assert (first.answered, first.next_question, first.remaining) == ("colour", "size", "")
    assert (first.language, first.kind) == ("en", "")


def test_a_row_begins_where_its_first_line_stands(tmp_path: Path) -> None:
    file = text_file(tmp_path, f'{HEAD}\nq,"one\ntwo",,a,b\n\nq,three,,c,d\n')
    assert [row.place for row in read_reference(file)] == ["turns.csv:2", "turns.csv:5"]


def test_other_columns_may_stand_anywhere(tmp_path: Path) -> None:
    file = text_file(tmp_path, f"output_data,kind,{HEAD},language\nx,typo,q,a,r,o,n,EN\n")
    (row,) = read_reference(file)
    assert (row.kind, row.language, row.current_question, row.next_question) == (
        "typo",
        "en",
        "q",
        "n",
    )


@pytest.mark.parametrize(
    ("said", "given", "language"),
    [("손실은 오차야", "", "ko"), ("loss", "", "en"), ("loss", "ko", "ko")],
)
def test_the_language_is_guessed_where_it_is_not_given(
    tmp_path: Path, said: str, given: str, language: str
) -> None:
    file = text_file(tmp_path, f"{HEAD},locale\nq,{said},r,o,n,{given}\n")
    assert read_reference(file)[0].language == language


def test_labels_are_the_same_however_they_are_composed(tmp_path: Path) -> None:
    label = "손실 함수"
    apart = unicodedata.normalize("NFD", label)
    file = text_file(tmp_path, f"{HEAD}\nq,a,r,{label},x\nq,b,r, {apart} ,y\n")
    assert {row.answered for row in read_reference(file)} == {label}


def test_what_a_stage_reads_and_chooses(tmp_path: Path) -> None:
    (row,) = read_reference(text_file(tmp_path, f"{HEAD}\nq,a,r,o,n\n"))
    assert (Stage.ANSWER.text(row), Stage.ANSWER.label(row)) == ("q | a", "o")
    assert (Stage.QUESTION.text(row), Stage.QUESTION.label(row)) == ("q | a | r", "n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "turns.csv:1: : is empty"),
        (f"{HEAD}\n", "turns.csv:1: user_input: is filled in no row"),
        (f"{HEAD}\nq,,r,o,n\n", "turns.csv:1: user_input: is filled in no row"),
        (f"{HEAD},kind,kind\n", "turns.csv:1: kind: the column stands there 2 times"),
        (f"{HEAD}\nq,a,r\n", "turns.csv:2: current_remaining_user_answer: 5 cells are needed"),
        (f"{HEAD}\nq,a,r,o,n,more\n", "turns.csv:2: output_next_question: 5 cells are needed"),
        (f'{HEAD}\nq,a,r,o,n\nq,"a"b,r,o,n\n', "turns.csv:3: : is not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults_of(text_file(tmp_path, text))
    assert found.startswith(fault)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    file = text_file(tmp_path, f"{HEAD}\n,a,r,,n\nq,a,r,o,\n")
    assert faults_of(file) == (
        "turns.csv:2: current_question: is empty",
        "turns.csv:2: output_answered: is empty",
        "turns.csv:3: output_next_question: is empty",
    )
    assert len(faults_of(file, Stage.QUESTION)) == 2, "the other stage needs no label"


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    file = write_reference(tmp_path / "turns.csv", columns=COLUMNS[2:])
    assert faults_of(file) == (
        "turns.csv:1: current_question: the column is missing",
        "turns.csv:1: user_input: the column is missing",
    )


def test_text_that_is_not_utf8_is_named_with_its_cell(tmp_path: Path) -> None:
    file = tmp_path / "turns.csv"
    file.write_bytes(f"{HEAD}\nq,a,r,o,n\nq,손실,r,o,n\n".encode("cp949"))
    assert faults_of(file) == ("turns.csv:3: user_input: is not UTF-8 text",)
    file.write_bytes(HEAD.encode("utf-16"))
    assert faults_of(file) == ("turns.csv:1: : is not UTF-8 text",)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / "nothing.csv")
    assert fault.startswith("nothing.csv:1: : cannot be read: ")


def test_one_label_leaves_nothing_to_choose(tmp_path: Path) -> None:
    rows = read_reference(text_file(tmp_path, f"{HEAD}\nq,a,r,o,n\nq,b,r,o,m\n"))
    assert candidates_of(rows, Stage.QUESTION) == ("n", "m")
    with pytest.raises(DataError, match=r"turns.csv:2: output_answered: all rows have .*'o'"):
        candidates_of(rows, Stage.ANSWER)


def test_labels_that_no_model_knows_are_all_named(tmp_path: Path) -> None:
    rows = read_reference(text_file(tmp_path, f"{HEAD}\nq,a,r,o,n\nq,b,r,p,n\nq,c,r,s,n\n"))
    check_labels(rows, Stage.QUESTION, ("n", "m"))
    with pytest.raises(DataError) as caught:
        check_labels(rows, Stage.ANSWER, ("o",))
    assert [fault.split(" is none")[0] for fault in caught.value.faults] == [
        "turns.csv:3: output_answered: 'p'",
        "turns.csv:4: output_answered: 's'",
    ]
