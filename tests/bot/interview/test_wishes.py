"""What people type when they want something of the interview, and what only sounds like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.interview.wish_words import Wish
from bot.interview.wishes import LONGEST, read_wish
from tests.support.packs import ml_core
from training.rows import read_answers

ANSWERS = Path(__file__).parents[3] / "dataset" / "splits" / "answers"

WISHES = {
    Wish.STOP: (
        *(
            "그만",
            "그만!",
            "그만~ㅋㅋ",
            "그만요",
            "그만하자",
            "그만할래",
            "그만할래요",
            "이제 그만할게",
        ),
        *("그만하고 싶어요", "나 그만둘래", "끝", "끝낼래", "면접 끝내고 싶어", "오늘은 여기까지"),
        *(
            "오늘은 여기까지 할게요. 감사합니다!",
            "여기까지만 하죠",
            "종료",
            "면접 종료할게요",
            "마치겠습니다",
        ),
        *("그만해도 돼요?", "그만하면 안 돼?", "하기 싫어", "더 하기 싫다"),
        *("stop", "STOP.", "quit", "exit", "I want to stop", "can we stop here?", "let's end here"),
        *("end the interview please", "I'm done for today", "that's it for today", "ok I'm done"),
        *("let's call it a day", "no more questions please", "I don't want to do this anymore"),
    ),
    Wish.ANEW: ("처음부터 다시 하자", "다시 시작할래", "start over", "can we start from scratch?"),
    Wish.PAUSE: (
        *("나중에 할게", "이따 이어서 할게요", "쉬었다 하자", "잠깐 쉴래", "화장실 갔다 올게"),
        *("나 이제 가야 돼", "내일 하자", "brb", "gotta go, sorry", "I have to go", "bye"),
        *("let's take a break", "can we continue later?", "I'll finish this tomorrow", "not now"),
    ),
    Wish.WAIT: (
        *(
            "잠깐만",
            "잠시만요",
            "음...",
            "어어",
            "생각 중",
            "생각 좀 해 볼게",
            "시간 좀 주세요",
            "ㄱㄷ",
            "아 그거 뭐였더라",
            "뭐더라 그 있잖아",
        ),
        *(
            "wait",
            "hold on",
            "one sec",
            "hmm",
            "let me think",
            "give me a minute please",
            "what was it called again?",
        ),
    ),
    Wish.THANKS: (
        "고마워",
        "감사합니다!",
        "고마워요 ㅎㅎ",
        "ㄱㅅ",
        "thanks",
        "thank you so much",
        "ty",
    ),
    Wish.REPORT: ("내 점수 몇 점이야?", "결과 언제 나와요?", "보고서 보여줘", "what's my score?"),
    Wish.REVIEW: ("복습할래", "놓친 거 복습", "review what I missed"),
    Wish.COUNT: ("몇 문제 남았어?", "앞으로 몇 개 남았나요", "how many questions are left?"),
    Wish.RIGHT: ("맞았어요?", "내 답 맞아?", "was I right?", "did I get that right"),
    Wish.WHY: ("왜 틀렸어?", "뭐가 틀린 거야?", "why is that wrong?", "What did I miss?"),
    Wish.DISAGREE: (
        *("이의 있어", "맞는 말인데?", "억울해요", "아니 내가 맞게 말했잖아", "맞다니까"),
        *(
            "I disagree",
            "my answer was right",
            "I said it correctly",
            "but that's correct",
            "i answered correctly",
        ),
    ),
    Wish.HELP: ("도움말", "help", "how does this work?"),
    Wish.PRIVACY: ("개인정보는?", "내 답 저장돼?", "do you store my answers?"),
    Wish.KOREAN: ("한국어로 해 줘", "can we do this in Korean?"),
    Wish.ENGLISH: ("영어로 하자", "In English please"),
    Wish.POLITE: ("존댓말로 해 주세요", "존댓말 써 줘"),
    Wish.CASUAL: ("반말로 해도 돼요", "말 편하게 해"),
}
NO_WISHES = (
    *(
        "학습을 일찍 그만두는 거야",
        "그만큼 커져",
        "검증 손실이 오르면 학습을 그만하는 것",
        "끝에서 끝까지",
    ),
    *(
        "종료 토큰이 나올 때까지",
        "마지막 층",
        "여기까지가 인코더야",
        "쉬운 표본",
        "이따금 바뀌는 값",
    ),
    *(
        "잠깐 멈추고 역전파를 해",
        "몇 개의 이웃을 볼지",
        "남은 데이터로 검증해",
        "시간",
        "저장",
        "왜곡된 분포",
    ),
    *(
        "하기 싫다 이건 패스",
        "다음 질문",
        "영어로 된 말뭉치",
        "결과를 평균해",
        "맞는 비율",
        "응",
        "아니",
    ),
    *(
        "stop training when the validation loss goes up",
        "early stopping",
        "stop words",
        "stop early",
    ),
    *(
        "end to end",
        "quit the loop",
        "we stop at the minimum",
        "let's go",
        "thanks to the chain rule",
    ),
    *(
        "wait time",
        "break ties at random",
        "later layers",
        "finish this question",
        "pass",
        "korean",
    ),
    *("how many neighbours to look at", "help the model generalise", "I was right about MSE", "no"),
    *(
        "제대로 했어?",
        "맞게 했나요?",
        "제대로 한 예",
        "so that is right?",
        "ok thats right",
        "it is right",
    ),
    *("", " ", "🙂", "ㅋㅋㅋ", "?"),
)


@pytest.mark.parametrize(
    ("text", "wish"), [(text, wish) for wish, texts in WISHES.items() for text in texts]
)
def test_a_wish_is_read(text: str, wish: Wish) -> None:
    assert read_wish(text) is wish


@pytest.mark.parametrize("text", NO_WISHES)
def test_what_contains_the_words_of_a_wish_is_none(text: str) -> None:
    assert read_wish(text) is None


def test_no_answer_that_was_ever_written_is_taken_for_a_wish() -> None:
    written = [
        *(row.answer for row in read_answers(ANSWERS) if row.split != "test"),
        *(
            text
            for topic in ml_core()
            for point in topic.points
            for texts in point.references.values()
            for text in texts
        ),
    ]
    assert len(written) > 20_000
    assert {text: wish for text in written if (wish := read_wish(text))} == {}


def test_every_wish_is_read_in_both_languages() -> None:
    for wish, texts in WISHES.items():
        if wish not in (Wish.POLITE, Wish.CASUAL):  # which English does not tell apart
            assert {any("가" <= c <= "힣" for c in text) for text in texts} == {True, False}


def test_who_writes_more_says_something_else() -> None:
    assert read_wish("그만" + " " * LONGEST) is None
    assert read_wish("음" * 5_000) is None


@pytest.mark.parametrize("piece", ["다", "다들", "나", "but ", "i said "])
def test_repeating_what_may_stand_before_a_wish_ends(piece: str) -> None:
    assert read_wish((piece * LONGEST)[: LONGEST - 1] + "x") is None
