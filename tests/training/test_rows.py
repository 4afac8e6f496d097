"""Reading labelled rows: every fault is named, all at once, with its place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.contract import Intent
from engine.pack_reader import read_pack
from training.errors import DataError
from training.row_checks import check_answers, check_choices
from training.rows import (
    AnswerRow,
    ChoiceRow,
    normalised,
    read_answers,
    read_choices,
    read_intents,
    split_of,
)

HEADER = "family,locale,answer,intent,covered,partial,wrong,kind\n"
PACK = Path(__file__).parents[2] / "dataset" / "packs" / "ml-core"


def answers(tmp_path: Path, *lines: str, topic: str = "peft") -> tuple[AnswerRow, ...]:
    (tmp_path / f"{topic}.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return read_answers(tmp_path)


def faults_of(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        answers(tmp_path, *lines)
    return caught.value.faults


def test_a_row_is_read_with_its_topic_labels_and_place(tmp_path: Path) -> None:
    (row,) = answers(tmp_path, 'few,en,"few, the rest frozen",answer,definition;cost,,why,multi')
    assert row == AnswerRow(
        topic="peft",
        family="few",
        locale="en",
        answer="few, the rest frozen",
        intent=Intent.ANSWER,
        covered=("definition", "cost"),
        partial=(),
        wrong=("why",),
        kind="multi",
    )
    assert row.place == "peft.csv:2"
    assert row.labels == {"covered": ("definition", "cost"), "partial": (), "wrong": ("why",)}


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        "Not A Slug,fr,one,answer,definition,,,right",
        "b,ko,,guess,definition,,,right",
        "c,ko,three,answer,definition",
        "d,ko,four,answer,definition;definition,,,right",
    )
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["peft.csv:2", "family"],
        ["peft.csv:2", "locale"],
        ["peft.csv:3", "answer"],
        ["peft.csv:3", "intent"],
        ["peft.csv:4", ""],
        ["peft.csv:5", "covered"],
        ["peft.csv:5", "covered, partial, wrong"],
    ]


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("a,en,x,answer,,,,right", "covered", "is empty, but the kind is 'right'"),
        ("a,en,x,answer,p,,q,hedged_right", "wrong", "must be empty in kind 'hedged_right'"),
        ("a,en,x,answer,p,,,partial", "partial", "is empty, but the kind is 'partial'"),
        ("a,en,x,answer,p,,,near_miss", "wrong", "is empty, but the kind is 'near_miss'"),
        (
            "a,en,x,answer,p,,,vague",
            "covered, partial, wrong",
            "must be empty in kind 'vague'",
        ),
        (
            "a,en,x,dont_know,p,,,dont_know",
            "covered, partial, wrong",
            "must be empty in kind 'dont_know'",
        ),
        ("a,en,x,skip,p,,,right", "intent", "'skip' does not go with kind 'right'"),
        ("a,en,x,answer,,,,insult", "intent", "'answer' does not go with kind 'insult'"),
        (
            "a,en,x,answer,p,,p,multi",
            "covered, partial, wrong",
            "'p' stands in more than one of them",
        ),
    ],
)
def test_labels_must_go_with_the_kind(tmp_path: Path, row: str, column: str, what: str) -> None:
    assert faults_of(tmp_path, row) == (f"peft.csv:2: {column}: {what}",)


def test_an_unknown_kind_is_told_apart_from_the_known_ones(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "a,en,x,answer,p,,,brilliant")
    assert fault.startswith("peft.csv:2: kind: 'brilliant' is none of circular, clarification")


def test_places_count_lines_of_the_file_not_records(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, 'a,en,"two\nlines",answer,p,,,right', "b,xx,y,answer,p,,,right")
    assert fault.startswith("peft.csv:4: locale:")


def test_texts_that_differ_in_case_and_punctuation_only_are_duplicates(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path, "a,en,Few weights!,answer,p,,,right", "b,en,few  weights,answer,p,,,right"
    )
    assert faults == ("peft.csv:3: : the same text stands at peft.csv:2",)


def test_a_minus_sign_is_not_punctuation() -> None:
    assert normalised("-log p") != normalised("log p")
    assert normalised("맞아요!!") == normalised(" 맞아 요")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "peft.csv:1: : the columns must be"),
        (b"family,answer\n", "peft.csv:1: : the columns must be"),
        (HEADER.encode() + b"a,en,\xff,answer,p,,,right\n", "peft.csv:2: : is not UTF-8 text"),
        (HEADER.encode() + b'a,en,"x"y,answer,p,,,right\n', "peft.csv:2: : is not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    (tmp_path / "peft.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_answers(tmp_path)
    (found,) = caught.value.faults
    assert found.startswith(fault)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no labelled answers here"):
        read_answers(tmp_path)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"intents\.csv:1: : cannot be read: No such file"):
        read_intents(tmp_path / "intents.csv")


def test_intents_and_their_kinds_must_agree(tmp_path: Path) -> None:
    file = tmp_path / "intents.csv"
    file.write_text(
        "family,locale,text,intent,kind\n"
        "a,en,Skip connections,answer,like_skip\n"
        "b,en,skip,answer,skip\n"
        "c,en,hint,hint,like_hint\n"
        "d,en,hm,answer,thinking\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError) as caught:
        read_intents(file)
    assert [fault.partition(" is none of")[0] for fault in caught.value.faults] == [
        "intents.csv:3: intent: 'answer' does not go with kind 'skip'",
        "intents.csv:4: intent: 'hint' does not go with kind 'like_hint'",
        "intents.csv:5: kind: 'thinking'",
    ]


def test_choices_are_read_and_their_kinds_known(tmp_path: Path) -> None:
    file = tmp_path / "choices.csv"
    head = "family,locale,topic,answer,next_topic,kind\n"
    file.write_text(head + "a,en,peft,tell me about LoRA,lora,wish\n", encoding="utf-8")
    (row,) = read_choices(file)
    assert row == ChoiceRow("a", "en", "peft", "tell me about LoRA", "lora", "wish")
    file.write_text(head + "a,en,peft,tell me about LoRA,lora,whim\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"choices\.csv:2: kind: 'whim'"):
        read_choices(file)


def test_answers_are_checked_against_topics_points_and_texts_of_the_pack() -> None:
    pack = read_pack(PACK)
    reference = pack.topic("peft").points[0].references["en"][0]
    rows = [
        AnswerRow("pefd", "a", "en", "x", Intent.ANSWER, (), (), (), "vague", "pefd.csv:2"),
        AnswerRow("peft", "b", "en", "x", Intent.ANSWER, ("nope",), (), (), "right", "peft.csv:2"),
        AnswerRow(
            "peft", "c", "en", reference.upper(), Intent.ANSWER, (), (), (), "vague", "peft.csv:3"
        ),
    ]
    with pytest.raises(DataError) as caught:
        check_answers(rows, pack)
    assert caught.value.faults == (
        "pefd.csv:2: topic: 'pefd' is no judged topic of ml-core",
        "peft.csv:2: covered: 'nope' is none of definition",
        "peft.csv:3: answer: the pack holds the same text",
    )


def test_choices_are_checked_against_the_topics_that_may_follow() -> None:
    pack = read_pack(PACK)
    rows = [
        ChoiceRow("a", "en", "peft", "x", "greeting", "wish", "choices.csv:2"),
        ChoiceRow("a", "en", "pefd", "x", "lora", "wish", "choices.csv:3"),
        ChoiceRow("a", "en", "peft", "x", "lora", "wish", "choices.csv:4"),
    ]
    with pytest.raises(DataError) as caught:
        check_choices(rows, pack)
    assert caught.value.faults == (
        "choices.csv:2: next_topic: 'greeting' is none of peft-methods, lora",
        "choices.csv:3: topic: 'pefd' is no topic of ml-core",
    )


def test_splits_are_fixed_and_drawn_eight_to_one_to_one() -> None:
    drawn = Counter(split_of(f"family-{i}", "peft") for i in range(5000))
    assert abs(drawn["train"] / 5000 - 0.8) < 0.02
    assert abs(drawn["validation"] / 5000 - 0.1) < 0.02
    # Changing these would move rows that models were trained on into the test split.
    assert [split_of(f"family-{i}", "peft") for i in range(6)] == [
        "train",
        "train",
        "train",
        "validation",
        "train",
        "validation",
    ]
    assert any(split_of(f"f{i}", "peft") != split_of(f"f{i}", "lora") for i in range(50))
