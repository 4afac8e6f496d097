"""How many turns a worker of a fleet holds."""

from __future__ import annotations

from engine.turn_pulls import WorkInHand


class Watch:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def worked(seconds: float, turns: int = 50) -> WorkInHand:
    """Return the work in hand of a worker whose turns took so long."""
    watch = Watch()
    hand = WorkInHand(watch, 1)
    for _ in range(turns):
        hand.taken()
        watch.seconds += seconds
        hand.finished()
    return hand


def test_a_worker_that_knows_nothing_yet_takes_one_turn() -> None:
    assert WorkInHand(Watch(), 1).room == 1


def test_what_is_held_takes_room() -> None:
    hand = worked(0.004)
    room = hand.room
    hand.taken()
    assert hand.room == room - 1


def test_long_turns_are_left_to_others_and_short_ones_are_taken_along() -> None:
    assert worked(2.0).room == 1
    assert worked(0.02).room == 3
    assert worked(0.0).room == 33


def test_as_many_are_taken_as_run_side_by_side() -> None:
    hand = WorkInHand(Watch(), 16)
    assert hand.room == 16
    for _ in range(5):
        hand.taken()
    assert hand.room == 11


def test_a_turn_that_waited_in_hand_counts_from_the_end_of_the_one_before() -> None:
    watch = Watch()
    hand = WorkInHand(watch, 1)
    for _ in range(50):
        hand.taken()
        hand.taken()
        for _ in range(2):
            watch.seconds += 0.02
            hand.finished()
    assert hand.room == 3
