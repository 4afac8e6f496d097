"""What is said of what: pairs of near words, in their order."""

from __future__ import annotations

from engine.word_pairs import pair_counts


def test_the_order_of_words_counts() -> None:
    assert pair_counts("units loss") != pair_counts("loss units")


def test_words_that_are_exchanged_change_the_pairs() -> None:
    right = pair_counts("off in training, on at test")
    swapped = pair_counts("off at test, on in training")
    assert len(right) == len(swapped)
    assert right.keys() - swapped.keys()


def test_both_languages_share_what_is_said() -> None:
    assert pair_counts("학습 때 꺼").keys() & pair_counts("in training off").keys()


def test_far_words_make_no_pair() -> None:
    near, far = ("alpha " + "x " * between + "omega" for between in (7, 8))
    pair = pair_counts("alpha omega").keys()
    assert pair <= pair_counts(near).keys()
    assert not pair & pair_counts(far).keys()


def test_what_is_denied_shares_no_pair_with_what_is_said() -> None:
    said, denied = pair_counts("units drop"), pair_counts("not units drop")
    assert said.keys().isdisjoint(denied)


def test_a_single_word_makes_no_pair() -> None:
    assert not pair_counts("loss")


def test_a_known_pair_has_a_known_code() -> None:
    # Layers that were fitted on them are stored: the codes must never change.
    assert sorted(pair_counts("학습 때 꺼")) == [288643787, 518066693, 1193188885]
