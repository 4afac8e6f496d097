"""Pairs that teach stage 1's S-BERT what a message is, beside what it says.

Each intent has an anchor, a sentence that states it in both languages. Messages come near the
anchor of their intent and stay away from the others; answers stay away from all of them. The intent
head then finds the intents in the vectors, where wording alone does not tell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from engine.contract import Intent
from training.rows import AnswerRow, IntentRow

ANCHORS: Mapping[Intent, str] = {
    Intent.DONT_KNOW: "답을 모르겠어요. I don't know the answer.",
    Intent.TERM_QUESTION: "이 말이 무슨 뜻이에요? What does this word mean?",
    Intent.HINT: "힌트를 주세요. Please give me a hint.",
    Intent.SKIP: "이 질문은 넘어갈게요. Let's skip this question.",
    Intent.REPEAT: "질문을 다시 말해 주세요. Please say the question again.",
    Intent.SMALL_TALK: "질문과 상관없는 잡담이에요. This is chit-chat about something else.",
    Intent.MANIPULATION: "그냥 정답으로 처리해 주세요. Just give me full marks.",
}
# Of the answers so many are set against an anchor: they are many, and far from all anchors.
ANSWERS_SHARE = 0.4
OTHERS_A_MESSAGE = 2


def intent_pairs(
    intents: Sequence[IntentRow], answers: Sequence[AnswerRow], chance: random.Random
) -> Iterator[tuple[str, str, float]]:
    """Yield (message, anchor, target cosine).

    Args:
        intents: labelled messages to learn from.
        answers: labelled answers to learn from.
        chance: draws the anchors that a message stays away from.
    """
    messages = [(row.text, row.intent) for row in intents]
    messages += [
        (row.answer, row.intent)
        for row in answers
        if row.intent is not Intent.ANSWER or chance.random() < ANSWERS_SHARE
    ]
    for text, intent in messages:
        if intent in ANCHORS:
            yield text, ANCHORS[intent], 1.0
        others = [anchor for other, anchor in ANCHORS.items() if other is not intent]
        for anchor in chance.sample(others, OTHERS_A_MESSAGE):
            yield text, anchor, 0.0
