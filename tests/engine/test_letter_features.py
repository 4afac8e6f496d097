"""Letter features tell messages apart by how they are worded, the same way on every machine."""

from __future__ import annotations

import numpy as np

from engine.letter_features import SIZE, letter_features, message_features


def test_messages_worded_alike_lie_near_each_other() -> None:
    wish, like, other = map(letter_features, ("건너뛸래", "건너뛸래요!", "정답이 뭐야"))
    assert wish @ like > 0.6 > wish @ other


def test_case_punctuation_and_laughter_do_not_count() -> None:
    np.testing.assert_array_equal(letter_features("Skip it!! ㅋㅋ"), letter_features("skip it"))


def test_the_features_are_of_unit_length_and_zero_without_letters() -> None:
    assert np.isclose(np.linalg.norm(letter_features("loss function")), 1.0)
    assert not letter_features("🎉").any()


def test_a_known_message_has_known_features() -> None:
    # The layer that was fitted on them is stored: the hash must never change.
    assert np.flatnonzero(letter_features("a")).tolist() == [1500, 1939, 2257, 3651, 3909]


def test_the_head_reads_sense_first_then_letters() -> None:
    vector = np.ones(3, dtype=np.float32)
    features = message_features("skip", vector)
    assert features.shape == (3 + SIZE,)
    assert features[:3].tolist() == [1, 1, 1]
