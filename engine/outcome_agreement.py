"""An utterance agrees with what came of the message: it never praises a failed answer, nor rejects
a right one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.prompts import SpokenTurn


def disagreements(turn: SpokenTurn, text: str) -> Iterator[str]:
    """Yield what in an utterance contradicts the outcome."""
    yield from ()
