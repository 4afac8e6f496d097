"""The head learns what reactions react to, and objects only as often as it may."""

from __future__ import annotations

from engine.stance_head import RIGHT
from training.stance_fitting import FOLDS, Reaction, find_limits, fit_stances

PRAISED = [f"splendid number {i}, lovely work" for i in "abcdefghij"]
MISSED = {
    "wrong": [f"awry number {i}, look again" for i in "abcdefghij"],
    "unsure": [f"blurry number {i}, say more" for i in "abcdefghij"],
    "missing": [f"elsewhere number {i}, come back" for i in "abcdefghij"],
    "dont_know": [f"honest number {i}, thank you" for i in "abcdefghij"],
}


def reactions() -> list[Reaction]:
    found = [Reaction("en", text, RIGHT, f"right-{i}") for i, text in enumerate(PRAISED)]
    for stance, texts in MISSED.items():
        found += [Reaction("en", text, stance, f"{stance}-{i}") for i, text in enumerate(texts)]
    return found


def test_praise_is_told_from_the_rest() -> None:
    right, failing = fit_stances(reactions()).approval("splendid, lovely work on number z")
    assert right > 0.5 > failing
    right, failing = fit_stances(reactions()).approval("awry, look again at number z")
    assert failing > 0.5 > right


def test_limits_stand_between_what_is_praised_and_what_is_not() -> None:
    assert len(reactions()) > FOLDS
    limits = find_limits(reactions(), [])["en"]
    layer = fit_stances(reactions())
    assert max(layer.approval(text)[0] for text in MISSED["wrong"]) < 2 * limits.praise < 1
    assert min(layer.approval(text)[0] for text in PRAISED) > limits.praise
    assert max(layer.approval(text)[1] for text in PRAISED) < 2 * limits.rejection < 1
    assert min(layer.approval(text)[1] for text in MISSED["wrong"]) > limits.rejection
