"""Rows of the reference layout as turns: what was open, and when the bot's judgement is right."""

from __future__ import annotations

import pytest

from engine.contract import Intent, PointVerdict, VerdictStatus
from engine.pipeline import legal_candidates
from engine.ports import Evaluation
from engine.questions import AnswerPoint, QuestionPack, Topic, TopicKind
from training.errors import DataError
from training.evaluation.labels import ALL_DONE, FAILED, TERM, PackLabels
from training.evaluation.trained import legal_labels
from training.evaluation.turns import (
    Turn,
    answer_request,
    choice_request,
    legal_judgement,
    read_turns,
)
from training.reference_rows import ReferenceRow, Stage


def topic(
    topic_id: str,
    kind: TopicKind,
    title: tuple[str, str],
    following: tuple[str, ...],
    points: tuple[tuple[str, str, str], ...] = (),
) -> Topic:
    found = tuple(
        AnswerPoint(id=i, name={"ko": ko, "en": en}, references={}, wrong={})
        for i, ko, en in points
    )
    return Topic(
        id=topic_id,
        kind=kind,
        level=1,
        next=following,
        title={"ko": title[0], "en": title[1]},
        question={"ko": ("?",), "en": ("?",)},
        points=found,
    )


PACK = QuestionPack(
    id="toy",
    version="1.0.0",
    locales=("ko", "en"),
    title={},
    description={},
    start="hello",
    topics=(
        topic("hello", TopicKind.GREETING, ("인사", "Hello"), ("bce",)),
        topic(
            "bce",
            TopicKind.QUESTION,
            ("손실, 설명", "Loss"),
            ("deeds",),
            (("formula", "수식", "Formula"), ("idea", "핵심, 아이디어", "Idea")),
        ),
        topic(
            "deeds",
            TopicKind.EXPERIENCE,
            ("경험", "Deeds"),
            ("chat", "end"),
            (("basic", "기본", "Basic"), ("more", "상세", "More")),
        ),
        topic("chat", TopicKind.BREAK, ("MBTI / 아이돌", "Chat"), ("end",)),
        topic("end", TopicKind.END, ("끝", "End"), ()),
    ),
)


def row(
    question: str = "손실, 설명",
    said: str = "이거야",
    remaining: str = ALL_DONE,
    answered: str = "수식",
    following: str = "경험",
) -> ReferenceRow:
    return ReferenceRow(question, said, remaining, answered, following, "ko", "", "test.csv:7")


def turn(**cells: str) -> Turn:
    return read_turns([row(**cells)], PACK)[0]


def credited(*points: str) -> Evaluation:
    verdicts = tuple(PointVerdict(p, VerdictStatus.COVERED) for p in points)
    return Evaluation(Intent.ANSWER, verdicts)


# Names


def test_names_count_in_any_language_and_parts_of_titles_too() -> None:
    labels = PackLabels(PACK)
    assert labels.topic("Loss") is labels.topic("손실, 설명") is PACK.topic("bce")
    assert labels.topic("MBTI") is labels.topic("아이돌") is PACK.topic("chat")
    assert labels.topic("weather") is None
    assert labels.answer("Formula", PACK.topic("bce")) == "수식"
    assert labels.question("Deeds") == "경험"


def test_all_that_an_answer_may_be_is_a_candidate() -> None:
    spoken = ("인사", "MBTI", "아이돌")
    assert PackLabels(PACK).answers == (
        *("수식", "핵심, 아이디어", "기본", "상세"),
        *spoken,
        FAILED,
        TERM,
    )


# What was open


def test_open_is_what_was_answered_and_what_remains() -> None:
    assert turn(remaining="핵심, 아이디어").open_points == ("formula", "idea")
    assert turn(remaining=ALL_DONE).open_points == ("formula",)


def test_a_point_that_was_answered_is_not_open_though_the_row_still_lists_it() -> None:
    listed = turn(answered="수식", remaining="핵심, 아이디어, 수식")
    assert listed.open_points == ("formula", "idea")
    assert listed.remaining == ("idea",)
    assert legal_judgement(listed, credited("formula"), terms=False) == ("수식", True)
    assert legal_judgement(listed, credited("formula", "idea"), terms=False)[1] is False


def test_after_a_failure_open_is_what_remains_or_everything() -> None:
    assert turn(answered=FAILED, remaining="수식").open_points == ("formula",)
    assert turn(answered=FAILED, remaining="").open_points == ("formula", "idea")


def test_a_list_may_hold_names_with_commas() -> None:
    both = turn(answered=FAILED, remaining="핵심, 아이디어, 수식")
    assert both.remaining == ("idea", "formula")


def test_a_tag_says_which_point_was_asked_for_and_is_no_part_of_the_message() -> None:
    tagged = turn(question="경험", said="[기본] 해 봤어", answered="기본", remaining="상세")
    request = answer_request(PACK, tagged)
    assert request.answer == "해 봤어"
    assert request.open_points == ("basic",)
    assert turn(said="[뭐지] 해 봤어").text == "해 봤어"


def test_all_unknown_names_are_faults() -> None:
    rows = [
        row(question="날씨"),
        row(answered="비"),
        row(following="눈"),
        row(remaining="수식, 비"),
    ]
    with pytest.raises(DataError) as raised:
        read_turns(rows, PACK)
    columns = [fault.split(": ")[1] for fault in raised.value.faults]
    assert columns == [
        "current_question",
        "output_answered",
        "output_next_question",
        "current_remaining_user_answer",
    ]


# The bot's judgement


@pytest.mark.parametrize(
    ("cells", "evaluation", "said", "right"),
    [
        ({"answered": "수식"}, credited("formula"), "수식", True),
        ({"answered": "수식"}, credited(), FAILED, False),
        (
            {"answered": "수식", "remaining": "핵심, 아이디어"},
            credited("idea"),
            "핵심, 아이디어",
            False,
        ),
        (
            {"answered": "수식", "remaining": "핵심, 아이디어"},
            credited("formula", "idea"),
            "수식, 핵심, 아이디어",
            False,
        ),
        # What does not remain was covered by the same message.
        ({"answered": "수식"}, credited("formula", "idea"), "수식", True),
        ({"answered": FAILED}, credited(), FAILED, True),
        ({"answered": FAILED}, Evaluation(Intent.DONT_KNOW), FAILED, True),
        ({"answered": FAILED}, credited("formula"), "수식", False),
        ({"answered": TERM}, Evaluation(Intent.TERM_QUESTION), TERM, True),
        ({"answered": TERM}, Evaluation(Intent.DONT_KNOW), FAILED, False),
        ({"answered": FAILED}, Evaluation(Intent.TERM_QUESTION), TERM, False),
        # What is not judged has one label.
        ({"question": "인사", "answered": "인사"}, Evaluation(Intent.ANSWER), "인사", True),
        ({"question": "MBTI", "answered": "MBTI"}, Evaluation(Intent.SMALL_TALK), "MBTI", True),
    ],
)
def test_a_judgement_is_right_when_the_labelled_point_alone_is_credited(
    cells: dict[str, str], evaluation: Evaluation, said: str, right: bool
) -> None:
    assert legal_judgement(turn(**cells), evaluation, terms=True) == (said, right)


def test_where_no_row_is_labelled_so_a_question_about_a_term_is_a_failed_answer() -> None:
    asked = Evaluation(Intent.TERM_QUESTION)
    assert legal_judgement(turn(answered=FAILED), asked, terms=False) == (FAILED, True)
    assert legal_judgement(turn(answered="수식"), asked, terms=False) == (FAILED, False)


@pytest.mark.parametrize(
    ("cells", "legal"),
    [
        ({"answered": "수식", "remaining": "핵심, 아이디어"}, ("bce",)),
        ({"answered": "수식"}, ("deeds",)),
        ({"answered": FAILED, "remaining": "수식"}, ("bce",)),
        ({"answered": TERM, "remaining": "수식"}, ("bce",)),
        ({"question": "경험", "answered": FAILED, "remaining": "기본"}, ("chat", "end")),
        ({"question": "인사", "answered": "인사"}, ("bce",)),
    ],
)
def test_what_may_follow_is_what_the_pipeline_allows(
    cells: dict[str, str], legal: tuple[str, ...]
) -> None:
    request, evaluation = choice_request(PACK, turn(**cells))
    assert legal_candidates(request, PACK, evaluation) == legal


# Models that learnt from a file


def legal(stage: Stage, candidates: list[str], question: str) -> list[str]:
    found = legal_labels(candidates, stage, PACK, PackLabels(PACK).topic(question))
    return [candidates[index] for index in found]


def test_points_of_the_question_failure_and_terms_are_legal_answers() -> None:
    candidates = ["수식", "기본", FAILED, TERM, "인사"]
    assert legal(Stage.ANSWER, candidates, "손실, 설명") == ["수식", FAILED, TERM]
    assert legal(Stage.ANSWER, candidates, "인사") == ["인사"]


def test_the_question_itself_and_its_followers_are_legal_next() -> None:
    candidates = ["손실, 설명", "경험", "MBTI / 아이돌", "끝"]
    assert legal(Stage.QUESTION, candidates, "경험") == ["경험", "MBTI / 아이돌", "끝"]


def test_everything_is_legal_where_the_pack_cannot_say() -> None:
    assert legal(Stage.ANSWER, ["수식", "비"], "날씨") == ["수식", "비"]
    assert legal(Stage.ANSWER, ["비", "눈"], "경험") == ["비", "눈"]
