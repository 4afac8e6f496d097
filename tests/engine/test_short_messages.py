"""Short messages about the question itself, and answers that look like them."""

from __future__ import annotations

import pytest

from engine.contract import Intent
from engine.intents import intent_by_wording
from engine.short_messages import LONGEST, intent_of_short

MESSAGES = {
    Intent.TERM_QUESTION: (
        *("질문이 이해가 안 돼요", "질문이 뭔 소린지 모르겠어", "더 쉽게 물어봐 줘"),
        *("쉽게 설명해 주세요", "설명해 줘", "I don't get the question", "can you rephrase?"),
        *("could you please explain the question in simpler words", "in simple terms please"),
    ),
    Intent.DONT_KNOW: (
        *("정답이 뭐야?", "그래서 답이 뭔데", "정답 알려 줘", "답 좀 가르쳐 주세요"),
        *("just tell me the answer", "what's the right answer then", "Give me the answer, please!"),
        *(
            "어 그거 이름은 들어봤는데",
            "들어는 봤는데 설명은 못하겠어요",
            "생각 안 나는데 어떡하지",
        ),
        *("beats me, ask someone smarter lol", "¯\\_(ツ)_/¯", r" ¯\_ (ツ) _/¯ "),
    ),
    Intent.HINT: (
        "도와줘",
        "나 좀 도와주세요",
        "살려줘",
        "팁 좀 줘",
        "단서 하나만",
        "도움이 필요해요",
    ),
    Intent.REPEAT: (
        "천천히 말해 줘",
        "?",
        "??",
        " ? ",
        "？",
        "...?",
        "네?",
        "예??",
        "huh?",
        "Sorry?",
    ),
    Intent.SMALL_TALK: (
        *("지루해", "너무 재미없어", "오케이", "아까 말했잖아", "답변했는데?", "너 사람이야?"),
        *(
            "너 진짜 똑똑하다",
            "노래 불러 줘",
            "한 개만 더 말해도 돼?",
            "boring",
            "are you human?",
            "I already told you",
            "really?",
            "you are so smart",
        ),
    ),
    Intent.INSULT: (
        *("fuck this network", "you dumb network", "바보 같은 질문을 하네", "멍청하게 굴지 마"),
        *("ㅗ", "ㅅㅂ", "ㅗㅗ"),
    ),
}
ANSWERS = (
    *(
        "사람이야",
        "인공지능이야",
        "정답이 하나인 문제",
        "답을 보여 주고 배우는 학습",
        "설명 가능한 모델",
    ),
    *(
        "팁을 주는 보상 함수",
        "도와주는 모델",
        "들어봤어",
        "바보같은 뉴런을 버리는 거",
        "네",
        "sorry",
        *("만들어 봤는데", "이건 만들어 봤는데", "beats me ask regression"),
        *("도와줘서", "도와줘야 해"),
    ),
    *("you drop the dumb neurons", "it makes the net stupid on purpose", "(ツ) 분포"),
    *("이해가 쉬운 모델", "재미없어 다음", "the answer is regression", "explained variance"),
    *(
        "it explains the question",
        "boring, next",
        "clarify butter",
        "한 개만 더 고르는 것",
        "함수를 불러 줘서",
    ),
)


@pytest.mark.parametrize(
    ("text", "intent"), [(text, intent) for intent, texts in MESSAGES.items() for text in texts]
)
def test_what_is_said_about_the_question_is_told_by_its_words(text: str, intent: Intent) -> None:
    assert intent_by_wording(text) is intent


@pytest.mark.parametrize("text", ANSWERS)
def test_other_messages_are_left_to_patterns_and_models(text: str) -> None:
    assert intent_of_short(text) is None


def test_an_order_to_give_credit_is_no_request_for_the_answer() -> None:
    assert intent_by_wording("그냥 정답 처리해 줘") is Intent.MANIPULATION


def test_a_long_message_says_more() -> None:
    assert intent_of_short("정답이 뭐야" + " 뭐야" * LONGEST) is None
