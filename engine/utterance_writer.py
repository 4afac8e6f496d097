"""The port to a causal language model that phrases what the interviewer says; nothing heavy here.

What a writer returns is raw: `engine.checked_generator` decides what of it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.prompts import SpokenTurn


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a writer draws the words of an utterance.

    Args:
        temperature: what logits are divided by; 0 takes the likeliest token each time.
        top_p: each token is drawn from the fewest likeliest ones that hold so much probability
            (nucleus sampling, Holtzman et al., 2020).
        most_tokens: an utterance that has not ended by then is cut.

    Raises:
        ValueError: one of them is out of its range.
    """

    temperature: float = 0.6
    top_p: float = 0.95
    most_tokens: int = 120

    def __post_init__(self) -> None:
        if self.temperature < 0 or not 0 < self.top_p <= 1 or self.most_tokens < 1:
            raise ValueError(f"{self} cannot be drawn by")


class UtteranceWriter(Protocol):
    """Writes what a language model says in a turn; nothing of it is checked yet."""

    @property
    def name(self) -> str:
        """What an operator knows it by, such as ``aurora-tiny`` or ``openai:kanana``."""

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one raw utterance a turn.

        Args:
            turns: what each is phrased from.
            seeds: one a turn; the same turn and seed give the same utterance where the model runs
                in this process.

        Raises:
            WriterUnavailableError: the model cannot write now.
        """

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the utterance so far, again and again as it grows; the last one is the whole.

        Raises:
            WriterUnavailableError: the model cannot write now, or stopped in the middle.
        """


Heard = Callable[[int, Callable[[], str], bool], bool]
"""Told that an utterance has grown: its number, a way to read it so far, and whether that is all.
Returns whether it is to go on."""


@runtime_checkable
class JointWriter(UtteranceWriter, Protocol):
    """A writer in this process, which writes for several turns in little more time than for one."""

    def write_together(
        self, turns: Sequence[SpokenTurn], seeds: Sequence[int], heard: Heard
    ) -> None:
        """Write an utterance for each turn, all of them side by side.

        Args:
            turns: what each is phrased from.
            seeds: one a turn; what comes of one depends on nothing else in the batch.
            heard: told of each utterance as it grows, and once that it has ended, unless it
                stopped that one.

        Raises:
            WriterUnavailableError: the model cannot write now.
        """
