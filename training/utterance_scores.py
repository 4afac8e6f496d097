"""How an adapter of stage 3 does after an epoch, and which epoch is kept.

A model whose utterances break the format too often is out of the question, however low its loss:
trained for too long, small models begin to open with numbers and dates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from engine.prompts import SpokenTurn
from engine.utterance_checks import CheckedUtterance
from engine.utterance_format import format_faults
from engine.utterance_writer import UtteranceWriter

# Share of utterances without a fault of form that an epoch needs.
FORMAT_GATE = 0.975
# Turns that a model writes for at once.
_AT_ONCE = 16


class Checker(Protocol):
    """Says what is wrong with utterances; `engine.utterance_checks.UtteranceChecker` is one."""

    def check(self, turn: SpokenTurn, texts: Sequence[str]) -> Sequence[CheckedUtterance]:
        """Return what is wrong with each text."""


@dataclass(frozen=True, slots=True)
class WritingScore:
    """How utterances of one model are.

    Args:
        generated: how many were written.
        format: share of them without a fault of form.
        accuracy: share of them without any fault.
    """

    generated: int
    format: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class EpochScore:
    """How a model was after an epoch.

    Args:
        epoch: the epoch, from 1.
        loss: mean cross-entropy of a token of held-out utterances, in nats.
        generated: as in `WritingScore`.
        format: as in `WritingScore`.
        accuracy: as in `WritingScore`.
    """

    epoch: int
    loss: float
    generated: int
    format: float
    accuracy: float

    @property
    def passes(self) -> bool:
        """Whether it may be kept."""
        return self.format >= FORMAT_GATE


def score_writing(
    writer: UtteranceWriter, checker: Checker, turns: Sequence[SpokenTurn], seed: int
) -> WritingScore:
    """Let a model write one utterance a turn, and check them.

    Args:
        writer: the model.
        checker: says what is wrong.
        turns: what to write for; one at least.
        seed: of the first utterance; the others count on from it.

    Raises:
        WriterUnavailableError: the model cannot write.
    """
    well_formed = faultless = 0
    for start in range(0, len(turns), _AT_ONCE):
        batch = turns[start : start + _AT_ONCE]
        texts = writer.write(batch, range(seed + start, seed + start + len(batch)))
        for turn, text in zip(batch, texts, strict=True):
            well_formed += not format_faults(text)
            faultless += not checker.check(turn, [text])[0].faults
    return WritingScore(len(turns), well_formed / len(turns), faultless / len(turns))


def best_of(scores: Sequence[EpochScore]) -> EpochScore:
    """Return the epoch to keep: the most faultless of those that pass the gate.

    Where none passes, it is the one that comes nearest to it; `EpochScore.passes` tells. Of equals,
    the one with the lower loss.
    """

    def merit(score: EpochScore) -> tuple[bool, float, float, float]:
        gated = score.accuracy if score.passes else score.format
        return score.passes, gated, -score.loss, -score.epoch

    return max(scores, key=merit)


def read_scores(file: Path) -> tuple[EpochScore, ...]:
    """Read what `write_scores` wrote; nothing where there is no file."""
    if not file.is_file():
        return ()
    return tuple(EpochScore(**entry) for entry in json.loads(file.read_text(encoding="utf-8")))


def write_scores(scores: Sequence[EpochScore], file: Path) -> None:
    """Write scores as JSON; whoever is killed meanwhile still has the file before."""
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps([asdict(s) for s in scores], indent=2), encoding="utf-8")
    unfinished.replace(file)
