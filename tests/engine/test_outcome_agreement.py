"""No failed answer is praised and no right one rejected, however a language model words it."""

from __future__ import annotations

import pytest

from engine.outcome_agreement import disagreements
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn

ASKS = {"ko": "그럼 손실 함수는 뭐라고 생각해?", "en": "So what is a loss function?"}
UNCREDITED = (Outcome.WRONG, Outcome.UNSURE, Outcome.MISSING, Outcome.DONT_KNOW)
CREDITED = (Outcome.COVERED, Outcome.SEVERAL, Outcome.HEDGED)


def turn(outcome: Outcome, locale: str, *, still_open: tuple[str, ...] = ("a",)) -> SpokenTurn:
    return SpokenTurn(
        locale=locale,
        style=Style.BANMAL if locale == "ko" else Style.PLAIN,
        outcome=outcome,
        question="?",
        answer="아마 모델이 완벽하다는 뜻? probably perfect",
        credited=(),
        still_open=still_open,
        next_title="Loss",
        next_question="What is a loss?",
    )


def agrees(outcome: Outcome, locale: str, reaction: str) -> bool:
    return not [*disagreements(turn(outcome, locale), f"{reaction} {ASKS[locale]}")]


PRAISE = [
    ("ko", "정답이야!"),
    ("ko", "정답입니다."),
    ("ko", "정확해요!"),
    ("ko", "네, 정확합니다."),
    ("ko", "정확하게 설명해 줬어."),
    ("ko", "정확히 이해하고 있네!"),
    ("ko", "맞았어!"),
    ("ko", "응, 맞는 말이야."),
    ("ko", "완벽해!"),
    ("ko", "완벽한 설명이에요."),
    ("ko", "훌륭한 답변이에요!"),
    ("ko", "아주 잘 설명했어."),
    ("ko", "핵심을 잘 짚었네."),
    ("ko", "핵심을 정확히 파악하셨어요."),
    ("ko", "좋은 답변이야!"),
    ("ko", "오, 제대로 알고 있네!"),
    ("ko", "빙고!"),
    ("ko", "바로 그거야!"),
    ("ko", "잘했어!"),
    ("ko", "딱 맞는 설명이야."),
    ("ko", "깔끔하게 정리했네."),
    ("en", "Exactly!"),
    ("en", "Exactly right."),
    ("en", "That's correct!"),
    ("en", "That’s absolutely right."),
    ("en", "Correct, well done!"),
    ("en", "You're right about that."),
    ("en", "You got it!"),
    ("en", "Spot on!"),
    ("en", "Great answer!"),
    ("en", "Great job explaining that!"),
    ("en", "Excellent!"),
    ("en", "Perfect, that's it."),
    ("en", "You nailed it."),
    ("en", "Well said."),
    ("en", "You clearly understand this."),
    ("en", "Absolutely!"),
    ("en", "Nice explanation!"),
    ("en", "Good point, and clearly put."),
    ("en", "I couldn't have said it better."),
]


@pytest.mark.parametrize(("locale", "reaction"), PRAISE)
@pytest.mark.parametrize("outcome", UNCREDITED)
def test_an_answer_without_credit_is_not_praised(
    outcome: Outcome, locale: str, reaction: str
) -> None:
    assert not agrees(outcome, locale, reaction)


@pytest.mark.parametrize(("locale", "reaction"), PRAISE)
@pytest.mark.parametrize("outcome", CREDITED)
def test_a_right_answer_may_be_praised(outcome: Outcome, locale: str, reaction: str) -> None:
    assert agrees(outcome, locale, reaction)


REJECTION = [
    ("ko", "틀렸어."),
    ("ko", "아쉽지만 정답이 아니야."),
    ("ko", "음, 그건 아니야."),
    ("ko", "그건 조금 틀린 설명이야."),
    ("ko", "오답입니다."),
    ("ko", "그건 사실과 달라."),
    ("ko", "정확하지 않아."),
    ("ko", "맞지 않는 설명이에요."),
    ("ko", "잘못 알고 있는 것 같아."),
    ("ko", "정답과는 거리가 있어요."),
    ("en", "That's wrong."),
    ("en", "That is not correct."),
    ("en", "That isn't quite right."),
    ("en", "Not quite."),
    ("en", "Unfortunately, that's incorrect."),
    ("en", "I'm afraid that's not it."),
    ("en", "No, that's not how it works."),
    ("en", "Nope!"),
    ("en", "You got it wrong."),
    ("en", "I don't think that's right."),
]


@pytest.mark.parametrize(("locale", "reaction"), REJECTION)
@pytest.mark.parametrize("outcome", CREDITED)
def test_a_right_answer_is_not_rejected(outcome: Outcome, locale: str, reaction: str) -> None:
    assert not agrees(outcome, locale, reaction)


@pytest.mark.parametrize(("locale", "reaction"), REJECTION)
def test_a_wrong_answer_may_be_rejected(locale: str, reaction: str) -> None:
    assert agrees(Outcome.WRONG, locale, reaction)


@pytest.mark.parametrize(
    ("locale", "reaction"),
    [
        ("ko", "좋은 시도야!"),
        ("ko", "좋은 시도였지만 정답은 아니야."),
        ("ko", "정답에 가까워지고 있지만 아직은 아니야."),
        ("ko", "정확하다고 보기는 어려워."),
        ("ko", "맞다고 하긴 힘들어."),
        ("ko", "“완벽하다”는 말이 걸리네, 그건 아니야."),
        ("en", "Good try!"),
        ("en", "Nice try, but that's not right."),
        ("en", "Good effort, though not the answer I was after."),
        ("en", "That's not quite correct."),
        ("en", "I wouldn't call that correct."),
        ("en", "You said “probably perfect”, and that's where it goes wrong."),
        ("en", "To be right, it would need one more thing."),
    ],
)
def test_effort_is_praised_and_denied_praise_is_none(locale: str, reaction: str) -> None:
    assert agrees(Outcome.WRONG, locale, reaction)


@pytest.mark.parametrize(
    ("locale", "reaction"),
    [
        ("ko", "솔직하게 말해 줘서 고마워."),
        ("ko", "모른다고 하는 것도 잘한 거야."),
        ("ko", "괜찮아, 훌륭한 질문이었어."),
        ("en", "Thanks for being honest!"),
        ("en", "It's great that you say so."),
        ("en", "No problem, that's perfectly fine."),
    ],
)
def test_honesty_is_praised(locale: str, reaction: str) -> None:
    assert agrees(Outcome.DONT_KNOW, locale, reaction)


@pytest.mark.parametrize(
    ("locale", "reaction"),
    [
        ("ko", "틀린 데가 하나도 없어."),
        ("ko", "확실하지 않다더니 안 틀렸네."),
        ("ko", "틀릴까 봐 걱정할 필요 없어, 맞았어."),
        ("en", "There's nothing wrong with that."),
        ("en", "You weren't wrong to say so, it's right."),
        ("en", "No doubt about it, that's right."),
    ],
)
def test_denied_rejection_is_praise(locale: str, reaction: str) -> None:
    assert agrees(Outcome.HEDGED, locale, reaction)


@pytest.mark.parametrize(
    ("outcome", "reaction", "expected"),
    [
        (Outcome.MIXED, "Perfect, all of it is correct.", False),
        (Outcome.MIXED, "Exactly.", False),
        (Outcome.MIXED, "The first part is right, the second isn't.", True),
        (Outcome.MIXED, "BERT is spot on.", True),
        (Outcome.MIXED, "All of that is wrong.", False),
        (Outcome.PARTIAL, "That's completely right!", False),
        (Outcome.PARTIAL, "Correct.", False),
        (Outcome.PARTIAL, "You're on the right track.", True),
        (Outcome.PARTIAL, "Right, but there is more to it.", True),
        (Outcome.PARTIAL, "Wrong.", False),
        (Outcome.WRONG, "That's partially correct.", False),
        (Outcome.WRONG, "Close, but look at the timing.", True),
        (Outcome.WRONG, "Great!", False),
        (Outcome.WRONG, "Hm, let me ask again.", True),
        (Outcome.UNSURE, "That's false.", False),
        (Outcome.UNSURE, "It may well be right, it's just a bit blurry.", True),
        (Outcome.MANIPULATION, "Sure, I'll mark it as correct.", False),
        (Outcome.MANIPULATION, "Nice try, but full marks only come from answers.", True),
        (Outcome.SMALL_TALK, "True, mornings are hard!", True),
        (Outcome.SKIP, "Correct answer!", False),
    ],
)
def test_in_between_the_utterance_says_neither_more_nor_less(
    outcome: Outcome, reaction: str, expected: bool
) -> None:
    assert agrees(outcome, "en", reaction) is expected


def test_nothing_lacks_where_every_point_is_covered() -> None:
    said = f"Good start, but you've missed recall. {ASKS['en']}"
    assert [*disagreements(turn(Outcome.SEVERAL, "en", still_open=()), said)]
    assert not [*disagreements(turn(Outcome.COVERED, "en"), said)]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ko", "모델이 얼마나 틀렸는지, 정답과 얼마나 다른지는 무엇으로 잴까?"),
        ("ko", "어느 쪽이 정확할까, 아니면 둘 다 맞을까?"),
        ("en", "Which of the two is correct, and is the other one wrong?"),
        ("en", "How wrong can a perfect model be?"),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.WRONG, Outcome.COVERED])
def test_a_question_says_nothing_of_the_answer(outcome: Outcome, locale: str, text: str) -> None:
    assert not [*disagreements(turn(outcome, locale), text)]
