"""A language model writes for several turns side by side, and each hears its own utterance."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from engine.batch_counters import BatchCounters
from engine.batched_writer import BatchedWriter
from engine.errors import WriterUnavailableError
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.requester import AbandonedError
from tests.support.batches import PATIENCE, HeldWriter, NotingThread, Person, Turns


def spoken(says: str) -> SpokenTurn:
    """Return a turn in which the writer of these tests says this."""
    return SpokenTurn(
        locale="en",
        style=Style.PLAIN,
        outcome=Outcome.COVERED,
        question="What is a loss?",
        answer=says,
        credited=(),
        still_open=(),
        next_title="Gradients",
        next_question="What is a gradient?",
    )


class Voice:
    """A language model that turns share.

    Args:
        held: whether it waits for the test before each word.
        most: utterances that it writes side by side.
    """

    def __init__(self, *, held: bool = True, most: int = 8) -> None:
        self.writer = HeldWriter(held=held)
        self.thread = NotingThread()
        self.counters = BatchCounters()
        self.shared = BatchedWriter(self.writer, self.thread, self.counters, most)
        self._turns = Turns()

    def ask(self, *says: str, of: Person | None = None) -> Future[list[str]]:
        """Have a turn ask for utterances; return once it waits."""
        turns = [spoken(text) for text in says]
        asked = self._turns.start(lambda: self.shared.write(turns, range(len(turns))), of)
        self.thread.wait_for(1)
        return asked

    def watch(self, says: str, of: Person | None = None) -> Future[list[str]]:
        """Have a turn ask for one that it sees grow; return once it waits."""
        asked = self._turns.start(lambda: [*self.shared.stream(spoken(says), 1)], of)
        self.thread.wait_for(1)
        return asked

    def keep_busy(self) -> Future[list[str]]:
        """Have the model speak for somebody until it is let go on; that takes two steps."""
        first = self.ask("busy")
        self.writer.wait()
        return first


def test_one_turn_alone_is_written_at_once() -> None:
    voice = Voice(held=False)
    assert voice.ask("well done").result(PATIENCE) == ["well done"]
    assert voice.writer.batches == [["well done"]]


def test_what_waits_meanwhile_is_written_side_by_side() -> None:
    voice = Voice()
    first = voice.keep_busy()
    asked = [voice.ask("one"), voice.ask("two words", "three more words"), voice.watch("four")]
    voice.writer.go_on(6)
    assert first.result(PATIENCE) == ["busy"]
    assert [turn.result(PATIENCE) for turn in asked] == [
        ["one"],
        ["two words", "three more words"],
        ["four", "four"],
    ]
    assert voice.writer.batches[1:] == [["one", "two words", "three more words", "four"]]


def test_a_short_utterance_does_not_wait_for_a_long_one() -> None:
    voice = Voice()
    voice.keep_busy()
    short, long = voice.ask("yes"), voice.ask("yes that is quite right")
    voice.writer.go_on(2 + 2)
    assert short.result(PATIENCE) == ["yes"]
    assert not long.done()
    voice.writer.go_on(4)
    assert long.result(PATIENCE) == ["yes that is quite right"]


def test_who_watches_sees_it_grow() -> None:
    voice = Voice()
    growing = voice.shared.stream(spoken("that is right"), 1)
    heard: list[str] = []

    def next_one(growing: Iterator[str]) -> str:
        voice.writer.go_on()
        heard.append(next(growing))
        return heard[-1]

    assert [next_one(growing) for _ in range(3)] == ["that", "that is", "that is right"]
    voice.writer.go_on()
    assert [*growing] == ["that is right"]


def test_more_than_go_together_wait_for_their_turn() -> None:
    voice = Voice(most=2)
    voice.keep_busy()
    asked = [voice.ask(text) for text in ("a", "b", "c")]
    voice.writer.go_on(6)
    assert [turn.result(PATIENCE) for turn in asked] == [["a"], ["b"], ["c"]]
    assert voice.writer.batches[1:] == [["a", "b"], ["c"]]


def test_for_whom_nobody_waits_nothing_is_written() -> None:
    voice = Voice()
    voice.keep_busy()
    person = Person()
    gone, stays = voice.ask("for nobody", of=person), voice.ask("hello")
    person.gave_up = True
    voice.writer.go_on(4)
    assert stays.result(PATIENCE) == ["hello"]
    with pytest.raises(AbandonedError):
        gone.result(PATIENCE)
    assert voice.writer.batches[1:] == [["hello"]]


def test_who_gives_up_while_it_is_written_leaves_the_others_to_go_on() -> None:
    voice = Voice()
    voice.keep_busy()
    person = Person()
    gone, stays = voice.ask("I will never end", of=person), voice.ask("but you will")
    voice.writer.go_on(2 + 1)
    for _ in range(3):
        voice.writer.wait()
    person.gave_up = True
    voice.writer.go_on(3)
    assert stays.result(PATIENCE) == ["but you will"]
    with pytest.raises(AbandonedError):
        gone.result(PATIENCE)
    assert "never" not in voice.writer.words


def test_who_stops_reading_leaves_the_batch() -> None:
    voice = Voice()
    growing = voice.shared.stream(spoken("nobody hears the end"), 1)
    voice.writer.go_on()
    assert next(growing) == "nobody"
    assert isinstance(growing, Iterator)
    growing.close()  # type: ignore[attr-defined]  # it is a generator
    after = voice.ask("next")
    voice.writer.go_on(4)
    assert after.result(PATIENCE) == ["next"]
    assert "the" not in voice.writer.words


def test_the_fault_of_one_is_not_the_others() -> None:
    voice = Voice()
    voice.keep_busy()
    bad, good = voice.ask("a fault"), voice.watch("fine")
    voice.writer.go_on(10)
    assert good.result(PATIENCE)[-1] == "fine"
    with pytest.raises(WriterUnavailableError, match="cannot say"):
        bad.result(PATIENCE)


def test_how_many_were_written_together_is_counted() -> None:
    voice = Voice()
    voice.keep_busy()
    asked = [voice.ask("one"), voice.ask("two")]
    voice.writer.go_on(4)
    for turn in asked:
        turn.result(PATIENCE)
    told = voice.counters.snapshot()["sizes"]["utterance_generator"]
    assert told["sum"] == 1 + 2
    assert sum(told["counts"]) == 2
