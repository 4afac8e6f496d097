"""What several turns ask for at the same time is computed together, and each gets its own."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.batch_counters import BatchCounters
from engine.batched_rows import BatchedRows
from engine.requester import AbandonedError
from tests.support.batches import PATIENCE, HeldSums, NotingThread, Person, Turns

Row = tuple[float, ...]


class Stage:
    """One model that turns share.

    Args:
        held: whether it waits for the test.
        most: rows that it reads together.
    """

    def __init__(self, *, held: bool = True, most: int = 8) -> None:
        self.sums = HeldSums(held=held)
        self.thread = NotingThread()
        self.counters = BatchCounters()
        self.lane: BatchedRows[Row] = self.add_lane("sums", most)
        self._turns = Turns()

    def add_lane(self, name: str, most: int = 8) -> BatchedRows[Row]:
        return BatchedRows(name, self.sums, self.thread, self.counters, most)

    def ask(
        self, *rows: Row, of: Person | None = None, lane: BatchedRows[Row] | None = None
    ) -> Future[FloatArray]:
        """Have a turn ask; return once it waits."""
        asked = self._turns.start(partial(lane or self.lane, rows), of)
        self.thread.wait_for(1)
        return asked

    def keep_busy(self) -> Future[FloatArray]:
        """Have the model work for somebody until it is let go on."""
        first = self.ask((0,))
        self.sums.wait()
        return first


def sums(asked: Future[FloatArray]) -> list[float]:
    """Return what a turn got."""
    return [float(total) for (total,) in asked.result(PATIENCE)]


def test_who_comes_alone_is_computed_at_once() -> None:
    stage = Stage(held=False)
    assert sums(stage.ask((1, 2), (3,))) == [3, 3]
    assert stage.sums.batches == [[(1, 2), (3,)]]


def test_what_waits_meanwhile_is_computed_together_and_given_to_whom_it_belongs() -> None:
    stage = Stage()
    first = stage.keep_busy()
    asked = [stage.ask((number,), (number, 1)) for number in range(3)]
    stage.sums.go_on(2)
    assert sums(first) == [0]
    assert [sums(turn) for turn in asked] == [[0, 1], [1, 2], [2, 3]]
    assert stage.sums.batches[1:] == [[(0,), (0, 1), (1,), (1, 1), (2,), (2, 1)]]


def test_many_rows_of_one_do_not_hold_up_the_others() -> None:
    stage = Stage(most=8)
    stage.keep_busy()
    many = stage.ask(*[(float(number),) for number in range(20)])
    few = [stage.ask((100,)), stage.ask((200,), (300,))]
    stage.sums.go_on(10)
    assert [sums(turn) for turn in few] == [[100], [200, 300]]
    assert sums(many) == [*range(20)]
    sizes = [len(batch) for batch in stage.sums.batches]
    assert sizes == [1, 2 + 1 + 2, 8, 8, 2]  # a share for each, then the rest


def test_more_turns_than_rows_fit_go_in_the_order_in_which_they_came() -> None:
    stage = Stage(most=2)
    stage.keep_busy()
    asked = [stage.ask((number,)) for number in range(5)]
    stage.sums.go_on(4)
    assert [sums(turn) for turn in asked] == [[number] for number in range(5)]
    assert stage.sums.batches[1:] == [[(0,), (1,)], [(2,), (3,)], [(4,)]]


def test_who_has_much_is_not_served_again_before_those_who_came_later() -> None:
    stage = Stage(most=2)
    stage.keep_busy()
    asked = [stage.ask((1,), (2,), (3,)), stage.ask((4,), (5,), (6,)), stage.ask((7,))]
    stage.sums.go_on(5)
    assert [sums(turn) for turn in asked] == [[1, 2, 3], [4, 5, 6], [7]]
    assert stage.sums.batches[1:] == [[(1,), (4,)], [(7,), (2,)], [(5,), (3,)], [(6,)]]


def test_different_computations_have_their_turn_one_after_the_other() -> None:
    stage = Stage(most=1)
    other = stage.add_lane("other", most=1)
    stage.keep_busy()
    asked = [stage.ask((1,)), stage.ask((2,)), stage.ask((3,), lane=other)]
    stage.sums.go_on(4)
    assert [sums(turn) for turn in asked] == [[1], [2], [3]]
    assert stage.sums.batches[1:] == [[(1,)], [(3,)], [(2,)]]


def test_for_whom_nobody_waits_nothing_is_computed() -> None:
    stage = Stage()
    stage.keep_busy()
    person = Person()
    gone, stays = stage.ask((1,), of=person), stage.ask((2,))
    person.gave_up = True
    stage.sums.go_on(2)
    assert sums(stays) == [2]
    with pytest.raises(AbandonedError):
        gone.result(PATIENCE)
    assert stage.sums.batches[1:] == [[(2,)]]


def test_who_gives_up_between_two_parts_is_not_computed_any_further() -> None:
    stage = Stage(most=2)
    stage.keep_busy()
    person = Person()
    gone = stage.ask((1,), (2,), (3,), of=person)
    stage.sums.go_on()
    stage.sums.wait()
    person.gave_up = True
    stage.sums.go_on()
    with pytest.raises(AbandonedError):
        gone.result(PATIENCE)
    assert stage.sums.batches[1:] == [[(1,), (2,)]]


def test_the_fault_of_one_is_not_the_others() -> None:
    stage = Stage()
    stage.keep_busy()
    bad, good = stage.ask((np.nan,)), stage.ask((2,))
    stage.sums.go_on(5)
    assert sums(good) == [2]
    with pytest.raises(ValueError, match="no number"):
        bad.result(PATIENCE)
    assert sums(stage.ask((4,))) == [4]  # and it goes on


def test_nothing_is_computed_without_rows() -> None:
    stage = Stage(held=False)
    assert len(stage.lane(())) == 0


def test_how_many_were_computed_together_is_counted() -> None:
    stage = Stage()
    stage.keep_busy()
    asked = [stage.ask((number,), (number,)) for number in range(3)]
    stage.sums.go_on(2)
    for turn in asked:
        turn.result(PATIENCE)
    told = stage.counters.snapshot()
    assert told["sizes"]["sums"]["sum"] == 1 + 3
    assert sum(told["waits"]["sums"]["counts"]) == 1 + 3
