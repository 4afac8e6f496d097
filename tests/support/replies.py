"""Replies and reports as an interview would produce them, in both languages."""

from __future__ import annotations

from bot.interview.messages import (
    Action,
    ModelAnswer,
    Progress,
    Reply,
    ReportCard,
    Say,
    TurnFacts,
    VerdictFacts,
    VerdictLine,
    Verdicts,
)
from bot.interview.report import PointReport, Report, StudyItem, TopicReport
from engine.contract import VerdictStatus

KOREAN_TURN = Reply(
    locale="ko",
    blocks=(
        Verdicts(
            (
                VerdictLine("정의", VerdictStatus.COVERED, "모델이 틀린 정도를 숫자로 나타낸 거"),
                VerdictLine("목적", VerdictStatus.WRONG, "정확도를 올리려고 쓰는 평가 지표야"),
                VerdictLine("범위", VerdictStatus.PARTIAL, "데이터 하나에 대한 것"),
                VerdictLine("미분", VerdictStatus.UNSURE, "기울기가 있어야"),
                VerdictLine("예시", VerdictStatus.MISSING),
            )
        ),
        ModelAnswer(
            "손실 함수는 예측이 정답에서 얼마나 벗어났는지를 하나의 숫자로 나타내는 함수다.",
            "Deep Learning, ch. 6",
            "https://www.deeplearningbook.org/contents/mlp.html",
        ),
        Say("정의는 *정확해*. 그럼 `MSE`는 y*log(p)랑 뭐가 다를까?"),
    ),
    buttons=(Action.HINT, Action.DONT_KNOW, Action.SKIP, Action.DISAGREE),
    progress=Progress("손실 함수", ("예시",), 7, 20, 9, 2, 1),
    facts=TurnFacts(
        turn=3,
        topic="loss-function-definition",
        intent="answer",
        verdicts=(
            VerdictFacts("definition", VerdictStatus.COVERED, 0.8312, "모델이 틀린 정도를"),
            VerdictFacts("examples", VerdictStatus.MISSING, 0.1, None),
        ),
        answered=("definition",),
        remaining=("examples",),
        next_topic="loss-function-examples",
        utterance="정의는 정확해.",
        timings_ms={"total": 12.5},
    ),
)

KOREAN_REPORT = Report(
    pack_title="머신러닝 기초",
    topics=(
        TopicReport(
            title="손실 함수",
            points=(
                PointReport("정의", VerdictStatus.COVERED, "틀린 정도를 숫자로 나타낸 거"),
                PointReport("예시", VerdictStatus.UNSURE, "그런 이름들", disputed=True),
                PointReport("미분", VerdictStatus.MISSING, None),
            ),
            model_answer="손실 함수는 예측이 정답에서 얼마나 벗어났는지를 나타내는 함수다.",
            hints=1,
            skipped=False,
            dont_know=True,
            seconds=31.6,
        ),
        TopicReport(
            title="LoRA",
            points=(PointReport("핵심", VerdictStatus.COVERED, "작은 행렬 두 개만 학습해"),),
            model_answer=None,
            hints=0,
            skipped=False,
            dont_know=False,
            seconds=12.0,
        ),
    ),
    score=48,
    covered=2,
    partial=0,
    wrong=0,
    unsure=1,
    missing=1,
    hints=1,
    dont_knows=1,
    skips=0,
    hedged=2,
    hedged_right=1,
    best_quote="작은 행렬 두 개만 학습해",
    best_quote_point="핵심",
    study=(
        StudyItem(
            "손실 함수",
            "학습이 줄이려는 값이다. 미분할 수 있어야 하고, 0.5 같은 값은 기준이 될 수 있다.",
            "Deep Learning, ch. 6",
            "https://www.deeplearningbook.org/contents/mlp.html",
        ),
    ),
    minutes=3.4,
    finished=True,
)


def korean_report() -> Reply:
    """Return the report as it is sent at the end."""
    return Reply("ko", (ReportCard(KOREAN_REPORT),), (Action.NEW,))
