"""Replies as lines of text: marks, quotes, progress, commands and reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.commands import COMMANDS, TypedCommands
from bot.i18n import Translator
from bot.interview.messages import (
    Action,
    ModelAnswer,
    Notice,
    Progress,
    Reply,
    ReportCard,
    Say,
    VerdictLine,
    Verdicts,
)
from bot.interview.report import StudyItem
from bot.lines import SectionKind
from bot.presentation import Presenter, progress_line
from bot.report_lines import first_sentence
from engine.contract import VerdictStatus
from tests.support.replies import KOREAN_REPORT, KOREAN_TURN, korean_report

PRESENTER = Presenter(Translator.load(strict=True), TypedCommands())


def shown(*blocks: object, locale: str = "ko") -> str:
    return PRESENTER.plain(Reply(locale, blocks))  # type: ignore[arg-type]


class TestVerdicts:
    @pytest.mark.parametrize(
        ("status", "mark"),
        [
            (VerdictStatus.COVERED, "✔"),
            (VerdictStatus.WRONG, "✘"),
            (VerdictStatus.PARTIAL, "◐"),
            (VerdictStatus.UNSURE, "◐"),
            (VerdictStatus.MISSING, "⬜"),
        ],
    )
    def test_each_status_has_its_mark(self, status: VerdictStatus, mark: str) -> None:
        assert shown(Verdicts((VerdictLine("정의", status),))) == f"{mark} 정의"

    def test_the_persons_own_words_are_quoted(self) -> None:
        line = VerdictLine("정의", VerdictStatus.COVERED, "모델이 틀린 정도")
        assert shown(Verdicts((line,))) == "✔ 정의 — “모델이 틀린 정도”"

    def test_long_words_over_several_lines_stay_on_one_line(self) -> None:
        line = VerdictLine("정의", VerdictStatus.COVERED, "아주\n긴 " + "말 " * 200)
        text = shown(Verdicts((line,)))
        assert "\n" not in text
        assert len(text) < 120
        assert text.endswith("…”")


class TestOtherBlocks:
    def test_a_model_answer_names_its_source(self) -> None:
        text = shown(ModelAnswer("It measures error.", "Book", "https://b.example"), locale="en")
        assert text == "Model answer: It measures error.\nSource: Book https://b.example"

    def test_a_model_answer_without_a_source_says_nothing_about_one(self) -> None:
        assert shown(ModelAnswer("오차를 잰다.")) == "모범 답안: 오차를 잰다."

    def test_what_is_said_after_a_model_answer_stands_apart(self) -> None:
        assert shown(ModelAnswer("답."), Say("다음 질문?")) == "모범 답안: 답.\n\n다음 질문?"

    def test_a_notice_speaks_the_commands_of_the_platform(self) -> None:
        assert "/이어서" in shown(Notice("notice.paused"))
        assert "/resume" in shown(Notice("notice.paused"), locale="en")

    @pytest.mark.parametrize("locale", ["ko", "en"])
    def test_help_lists_every_command_with_what_it_does(self, locale: str) -> None:
        text = shown(Notice("notice.help"), locale=locale)
        for command in COMMANDS:
            assert f"\n- {TypedCommands().name(locale, command.action)} — " in text

    def test_a_command_whose_label_says_the_same_is_offered_once(self) -> None:
        offered = PRESENTER.choices("ko", (Action.HINT, Action.DONT_KNOW))
        assert offered == "/힌트 · /모름 (모르겠어)"


class TestProgress:
    def test_it_shows_place_number_and_verdicts(self) -> None:
        progress = Progress("손실 함수", ("예시",), 7, 20, 9, 2, 1)
        assert progress_line(progress) == "손실 함수 ▸ 예시   7/20   ✔ 9  ✘ 2  ◐ 1"

    def test_in_an_exam_it_gives_no_verdict_away(self) -> None:
        assert progress_line(Progress("손실 함수", ("예시",), 7, 20)) == "손실 함수 ▸ 예시   7/20"

    def test_before_the_first_question_it_counts_no_verdicts(self) -> None:
        assert progress_line(Progress("인사", (), 0, 20, 0, 0, 0)) == "인사   0/20"

    def test_a_point_named_like_its_topic_is_not_said_twice(self) -> None:
        assert progress_line(Progress("LoRA", ("LoRA",), 3, 20)) == "LoRA   3/20"


class TestReport:
    def test_the_summary_comes_first_and_each_topic_follows(self) -> None:
        kinds = [section.kind for section in PRESENTER.sections(korean_report())]
        topic = SectionKind.REPORT_TOPIC
        assert kinds == [SectionKind.REPORT, topic, topic]

    def test_the_summary_fits_a_screenshot(self) -> None:
        summary = PRESENTER.sections(korean_report())[0]
        assert len(summary.lines) <= 20

    def test_the_summary_counts_quotes_and_explains_its_score(self) -> None:
        summary = PRESENTER.plain(korean_report()).split("\n1. ")[0]
        for said in (
            "점수 48 / 100",
            "점수 = 100 × 얻은 점 ÷ 물어본 포인트 4개",
            "0.5점",
            "0.1점씩",
            "✔ 맞음 2 · ◐ 확인 못 함 1 · ⬜ 빠짐 1",
            "질문 2개 · 답하는 데 3분",
            "힌트 1번 · 모르겠어 1번 · 건너뛰기 0번",
            "자신 없게 말한 답이 2번",
            "그중 1번은 맞는 말",
            "(핵심): “작은 행렬 두 개만 학습해”",
            "손실 함수 — 학습이 줄이려는 값이다.",
            "출처: Deep Learning, ch. 6",
            "틀릴 때도 있어",
        ):
            assert said in summary
        assert "미분할 수 있어야" not in summary

    def test_a_topic_shows_words_help_time_and_what_was_missed(self) -> None:
        first, second = PRESENTER.plain(korean_report()).split("\n\n")[-2:]
        assert first.split("\n") == [
            "1. 손실 함수",
            "  힌트 1번 · 모르겠다고 함 · 답 하나에 32초",
            "  ✔ 정의 — “틀린 정도를 숫자로 나타낸 거”",
            "  ◐ 예시 (확인 못 함, 이의 있음) — “그런 이름들”",
            "  ⬜ 미분",
            "  모범 답안: 손실 함수는 예측이 정답에서 얼마나 벗어났는지를 나타내는 함수다.",
        ]
        assert "모범 답안" not in second

    def test_nothing_is_praised_or_counted_where_nothing_was_asked(self) -> None:
        empty = replace(KOREAN_REPORT, topics=(), score=None, study=(), best_quote=None)
        text = shown(ReportCard(empty))
        assert text.split("\n")[1:] == ["채점한 답이 없어서 점수도 없어."]

    def test_a_report_on_the_way_says_that_it_is_one(self) -> None:
        assert "(아직 하는 중)" in shown(ReportCard(replace(KOREAN_REPORT, finished=False)))

    def test_hedges_are_only_spoken_of_when_there_were_some(self) -> None:
        text = shown(ReportCard(replace(KOREAN_REPORT, hedged=0, hedged_right=0)))
        assert "자신 없게" not in text

    def test_english_numbers_agree_with_their_nouns(self) -> None:
        one = replace(KOREAN_REPORT, topics=KOREAN_REPORT.topics[:1], hedged=1, minutes=1.2)
        text = shown(ReportCard(one), locale="en")
        assert "1 question · 1 minute of answering" in text
        assert "You hedged in 1 answer." in text
        assert "1 thing to study next" in text
        assert "1 hint " in text

    def test_less_than_a_minute_is_told_in_seconds(self) -> None:
        assert "25 seconds" in shown(ReportCard(replace(KOREAN_REPORT, minutes=0.42)), locale="en")

    def test_a_study_line_is_one_line_however_long_the_explanation(self) -> None:
        item = StudyItem("LoRA", "낮은 차원으로도 " * 100, "", "")
        text = shown(ReportCard(replace(KOREAN_REPORT, study=(item,))))
        line = next(line for line in text.split("\n") if "1. LoRA — " in line)
        assert len(line) < 200
        assert line.endswith("…")


@pytest.mark.parametrize(
    ("paragraph", "first"),
    [
        ("하나다. 둘이다.", "하나다."),
        ("It is 0.5 of it. And more.", "It is 0.5 of it."),
        ("Use a loss, e.g. MSE or MAE. Then train.", "Use a loss, e.g. MSE or MAE."),
        ("정말 그럴까? 그렇다.", "정말 그럴까?"),
        ("끝 표시가 없는 글", "끝 표시가 없는 글"),
        ("Only one.", "Only one."),
    ],
)
def test_the_first_sentence_of_a_paragraph(paragraph: str, first: str) -> None:
    assert first_sentence(paragraph) == first


def test_a_whole_turn_reads_from_verdict_to_question() -> None:
    assert PRESENTER.plain(KOREAN_TURN).split("\n") == [
        "✔ 정의 — “모델이 틀린 정도를 숫자로 나타낸 거”",
        "✘ 목적 — “정확도를 올리려고 쓰는 평가 지표야”",
        "◐ 범위 — “데이터 하나에 대한 것”",
        "◐ 미분 — “기울기가 있어야”",
        "⬜ 예시",
        "모범 답안: 손실 함수는 예측이 정답에서 얼마나 벗어났는지를 하나의 숫자로 나타내는 함수다.",
        "출처: Deep Learning, ch. 6 https://www.deeplearningbook.org/contents/mlp.html",
        "",
        "정의는 *정확해*. 그럼 `MSE`는 y*log(p)랑 뭐가 다를까?",
    ]
