"""Heads read letters and pairs of words, are stored as they are, and serve their own pack alone."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ArtifactError
from engine.point_heads import (
    HEADS_FILE,
    PointHeads,
    TopicHeads,
    load_heads,
    save_heads,
)
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from tests.support.stage_one import pieces_of


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path)


def heads_of(text: str, weight: float = 2.0) -> TopicHeads:
    pieces = pieces_of(text)
    weights = np.full((1, len(pieces.vector(text))), weight, dtype=np.float32)
    return TopicHeads(pieces, weights, np.array([-0.5], np.float32))


def test_an_answer_of_known_letters_scores_above_any_other() -> None:
    heads = heads_of("squares")
    assert heads.scores("squares")[0] > heads.scores("a square")[0] > heads.scores("xyz")[0]
    assert heads.scores("")[0] == pytest.approx(-0.5)


def test_the_same_words_said_the_other_way_round_score_lower() -> None:
    heads = heads_of("units off in training, on at test time")
    said = heads.scores("units off in training, on at test time")[0]
    assert said > heads.scores("units off at test time, on in training")[0]


def test_a_denial_that_asks_for_a_nod_denies_nothing() -> None:
    heads = heads_of("연속적인 값에 쓰지.")
    assert heads.scores("연속적인 값에 쓰지 않아?") == heads.scores("연속적인 값에 쓰지.")
    assert heads.scores("연속적인 값에 쓰지 않아") < heads.scores("연속적인 값에 쓰지.")


def test_heads_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / HEADS_FILE
    save_heads({"loss": heads_of("squares"), "risk": heads_of("오차를 제곱")}, file)
    found = load_heads(file)
    assert found.keys() == {"loss", "risk"}
    assert found["risk"].scores("오차를 제곱")[0] == pytest.approx(
        heads_of("오차를 제곱").scores("오차를 제곱")[0], abs=1e-2
    )


def test_ids_of_another_pack_mean_something_else(pack: QuestionPack) -> None:
    topic = pack.topic("plums")
    heads = PointHeads("fruit", {"plums": heads_of("stone")})
    (expected,) = heads_of("stone").scores("stone")
    found = heads.scores("fruit", topic, "stone") or {}
    assert found["stone"] == pytest.approx(expected)
    assert heads.scores("vegetables", topic, "stone") is None
    assert heads.scores("fruit", pack.topic("pears"), "stone") is None


def test_a_topic_that_has_other_points_by_now_does_without(pack: QuestionPack) -> None:
    topic = pack.topic("apples")
    assert len(topic.points) == 2
    assert PointHeads("fruit", {"apples": heads_of("red")}).scores("fruit", topic, "red") is None


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=HEADS_FILE):
        PointHeads.load(tmp_path, "fruit")
    (tmp_path / HEADS_FILE).write_bytes(b"no safetensors")
    with pytest.raises(ArtifactError, match="cannot be used"):
        PointHeads.load(tmp_path, "fruit")
