"""Messages come near the anchor of their intent; answers stay away from every anchor."""

import random

from engine.contract import Intent
from training.intent_pairs import ANCHORS, OTHERS_A_MESSAGE, intent_pairs
from training.rows import AnswerRow, IntentRow

HINT = IntentRow("f", "en", "any clue for me", Intent.HINT, "hint")
ANSWER = AnswerRow("loss", "f", "en", "the error", Intent.ANSWER, (), (), (), "right")


def test_a_message_is_near_its_own_anchor_alone() -> None:
    pairs = list(intent_pairs([HINT], [], random.Random(1)))
    assert pairs[0] == ("any clue for me", ANCHORS[Intent.HINT], 1.0)
    others = pairs[1:]
    assert len(others) == OTHERS_A_MESSAGE
    assert all(target == 0.0 and anchor != ANCHORS[Intent.HINT] for _, anchor, target in others)


def test_answers_are_near_no_anchor_and_not_all_are_taken() -> None:
    pairs = list(intent_pairs([], [ANSWER] * 200, random.Random(1)))
    assert {target for _, _, target in pairs} == {0.0}
    assert 0 < len(pairs) < 200 * OTHERS_A_MESSAGE
