"""Heads learn from the rows of their topic and the pack's own answers, each point for itself."""

from pathlib import Path

import pytest

from engine.contract import Intent
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from training.head_fitting import fit_heads
from training.rows import AnswerRow


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def row(answer: str, *covered: str) -> AnswerRow:
    return AnswerRow("apples", "f", "en", answer, Intent.ANSWER, covered, (), (), "right")


def test_each_point_learns_what_covers_it(pack: QuestionPack) -> None:
    rows = [row(f"crimson as {n}", "colour") for n in ("roses", "wine", "blood")]
    rows += [row(f"sugary as {n}", "taste") for n in ("honey", "syrup", "cake")]
    colour, taste = fit_heads(pack, rows)["apples"].scores("crimson")
    assert colour > taste
    colour, taste = fit_heads(pack, rows)["apples"].scores("sugary")
    assert taste > colour


def test_each_point_learns_what_is_said_of_what(pack: QuestionPack) -> None:
    """Right and wrong answers are made of the same words."""
    rows = [row(f"{n} skin red, {n} leaf green", "colour") for n in ("the", "its", "every")]
    rows += [row(f"{n} skin green, {n} leaf red") for n in ("the", "its", "every")]
    heads = fit_heads(pack, rows)["apples"]
    assert heads.scores("skin red, leaf green")[0] > heads.scores("skin green, leaf red")[0]


def test_a_denial_of_a_right_answer_is_learnt_as_wrong(pack: QuestionPack) -> None:
    rows = [row(f"{n} skin is red", "colour") for n in ("the", "its", "every", "a", "this", "her")]
    rows += [row(f"{n} leaf is green") for n in ("the", "its", "every", "a", "this", "her")]
    heads = fit_heads(pack, rows)["apples"]
    assert heads.scores("the skin is red")[0] > heads.scores("the skin is not red")[0]


def test_the_packs_own_answers_are_learnt_too(pack: QuestionPack) -> None:
    point = pack.topic("apples").points[0]
    heads = fit_heads(pack, [row("crimson", "colour")])["apples"]
    right = heads.scores(point.references["en"][0])[0]
    assert right > heads.scores(point.wrong["en"][0].answer)[0]


def test_a_topic_without_rows_gets_no_heads(pack: QuestionPack) -> None:
    assert fit_heads(pack, [row("crimson", "colour")]).keys() == {"apples"}
