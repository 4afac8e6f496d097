"""Levels of Korean speech are told apart as people speak and as language models write."""

from __future__ import annotations

import pytest

from engine.korean_politeness import politeness, speaks_casually, speaks_politely


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("맞아요. 그럼 다음은 뭘까요?", (True, True)),
        ("맞습니다. 그게 아니다.", (True, False)),
        ("억지로 할 건 아니니까. 가 볼까?", (False, False)),
        ("무엇입니까?", (True,)),
        ("“모르겠어요”도 답이야.", (False,)),
        ("정말 잘하셨어요 🙂 이어서 갈게요~", (True,)),
        ("아쉽지만 틀렸어 😅", (False,)),
    ],
)
def test_polite_sentences_are_told_from_familiar_ones(
    text: str, expected: tuple[bool, ...]
) -> None:
    assert politeness(text) == expected


@pytest.mark.parametrize("text", ["설명이 필요!", "좋은 질문!", "네!", "Exactly!"])
def test_a_fragment_has_no_level(text: str) -> None:
    assert politeness(text) == ()


@pytest.mark.parametrize(
    "text",
    ["정답이에요, 이제 다음 질문이야.", "제가 다시 물어볼게.", "당신 말로 설명해 봐."],
)
def test_politeness_shows_within_a_sentence(text: str) -> None:
    assert speaks_politely(text)


@pytest.mark.parametrize(
    "text", ["중요, 필요, 수요, 이 세 가지야.", "“제가 틀렸나요?”라고 했지.", "네 말로 해 봐."]
)
def test_familiar_speech_is_not_taken_for_polite(text: str) -> None:
    assert not speaks_politely(text)


def test_a_familiar_pronoun_shows_among_polite_endings() -> None:
    assert speaks_casually("너의 설명이 좋았어요.")
    assert not speaks_casually("네, 너무 좋았어요.")
