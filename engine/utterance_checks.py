"""What every utterance of a language model must pass before it is said.

Each check stands in a file of its own; `UtteranceChecker` asks them all, so that whoever counts
faults sees every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from engine.outcome_agreement import agrees_outright, disagreements
from engine.prompts import SpokenTurn
from engine.utterance_format import FormatFault, format_faults
from engine.utterance_language import language_faults, style_faults
from engine.utterance_leaks import leaks
from engine.utterance_length import length_faults

if TYPE_CHECKING:  # the checks but one need no numpy
    from engine.arrays import FloatArray


class UtteranceFault(StrEnum):
    """What can be wrong with an utterance."""

    FORMAT = "format"
    LANGUAGE = "language"
    STYLE = "style"
    LENGTH = "length"
    FLUENCY = "fluency"
    OFF_TOPIC = "off_topic"
    OUTCOME = "outcome"
    LEAK = "leak"


@dataclass(frozen=True, slots=True)
class CheckedUtterance:
    """An utterance with what is wrong with it.

    Args:
        text: the utterance, without space around it.
        faults: every kind of fault that was found; empty if it may be said.
        reasons: what each finding was, for an operator; never the user's words.
    """

    text: str
    faults: tuple[UtteranceFault, ...]
    reasons: tuple[str, ...]


class Relevance(Protocol):
    """Says whether utterances ask what is to be asked next."""

    def scores(self, turn: SpokenTurn, texts: Sequence[str]) -> FloatArray:
        """Return for each text how surely it asks about the next topic: ``(len(texts),)``.

        Zero and more is asking about it.
        """


class Secrets(Protocol):
    """Knows the answers that an utterance must not give away."""

    def given_away(self, turn: SpokenTurn, text: str) -> bool:
        """Whether a text holds an answer to what it asks."""


class Stances(Protocol):
    """Hears what an utterance says of the answer where it is not said outright."""

    def contradicts(self, turn: SpokenTurn, text: str) -> bool:
        """Whether an utterance reacts as to another outcome."""


class Fluency(Protocol):
    """Tells sentences from nonsense."""

    def reads_well(self, turn: SpokenTurn, text: str) -> bool:
        """Whether a text is made of sentences."""


class UtteranceChecker:
    """Checks utterances of one turn.

    Args:
        relevance: whether the next topic is asked.
        secrets: whether an answer is given away; None where the answers are not known.
        stances: what is said of the answer between the lines; None where nobody listens for it.
        fluency: whether it is made of sentences; None where any words will do.
    """

    def __init__(
        self,
        relevance: Relevance,
        secrets: Secrets | None = None,
        stances: Stances | None = None,
        fluency: Fluency | None = None,
    ) -> None:
        self._relevance = relevance
        self._secrets = secrets
        self._stances = stances
        self._fluency = fluency

    def check(self, turn: SpokenTurn, texts: Sequence[str]) -> list[CheckedUtterance]:
        """Return what is wrong with each text.

        Args:
            turn: what they were phrased from.
            texts: as the language model wrote them.
        """
        said = [text.strip() for text in texts]
        if not said:
            return []
        nearness = self._relevance.scores(turn, said)
        return [
            self._checked(turn, text, float(score))
            for text, score in zip(said, nearness, strict=True)
        ]

    def may_begin(self, turn: SpokenTurn, text: str) -> bool:
        """Whether an utterance may begin with these whole sentences; what follows is not known."""
        return not any(self._findings(turn, text.strip()))

    def _checked(self, turn: SpokenTurn, text: str, nearness: float) -> CheckedUtterance:
        found = list(self._findings(turn, text))
        if nearness < 0:
            found.append((UtteranceFault.OFF_TOPIC, f"asks something else ({nearness:.2f})"))
        return CheckedUtterance(
            text,
            tuple(dict.fromkeys(fault for fault, _ in found)),
            tuple(f"{fault}: {reason}" for fault, reason in found),
        )

    def _findings(self, turn: SpokenTurn, text: str) -> Iterator[tuple[UtteranceFault, str]]:
        for form in format_faults(text):
            long = form is FormatFault.TOO_LONG
            yield (UtteranceFault.LENGTH if long else UtteranceFault.FORMAT), form.value
        checks = (
            (UtteranceFault.LANGUAGE, language_faults(turn, text)),
            (UtteranceFault.STYLE, style_faults(turn, text)),
            (UtteranceFault.LENGTH, length_faults(text)),
            (UtteranceFault.LEAK, leaks(turn, text)),
            (UtteranceFault.OUTCOME, disagreements(turn, text)),
        )
        for fault, reasons in checks:
            yield from ((fault, reason) for reason in reasons)
        if self._fluency is not None and not self._fluency.reads_well(turn, text):
            yield UtteranceFault.FLUENCY, "is not made of sentences"
        if self._is_contradicted(turn, text):
            yield UtteranceFault.OUTCOME, f"does not sound like {turn.outcome}"
        if self._secrets is not None and self._secrets.given_away(turn, text):
            yield UtteranceFault.OUTCOME, "gives an answer away"

    def _is_contradicted(self, turn: SpokenTurn, text: str) -> bool:
        """Whether the head objects; what is said in plain words needs no second opinion."""
        if self._stances is None or agrees_outright(turn, text):
            return False
        return self._stances.contradicts(turn, text)
