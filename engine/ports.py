"""The three stages as the pipeline sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.contract import Intent, PointVerdict, TurnRequest, Utterance, VerdictStatus
from engine.questions import QuestionPack

if TYPE_CHECKING:  # the fakes implement these ports without numpy
    from engine.arrays import FloatArray
    from engine.artifacts import Manifest

VERIFIER_CLASSES = (
    VerdictStatus.COVERED,
    VerdictStatus.PARTIAL,
    VerdictStatus.WRONG,
    VerdictStatus.MISSING,
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What stage 1 made of a message.

    Args:
        intent: what the message is.
        verdicts: one per open answer point for an answer; empty for anything else.
        hedge: the words with which the user hedged, verbatim, if any.
    """

    intent: Intent
    verdicts: tuple[PointVerdict, ...] = ()
    hedge: str | None = None

    def points(self, status: VerdictStatus) -> tuple[str, ...]:
        """Return the ids of the points with this verdict."""
        return tuple(v.point_id for v in self.verdicts if v.status is status)


class AnswerEvaluator(Protocol):
    """Stage 1: says what a message is and, if it is an answer, judges it point by point."""

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""


class QuestionSelector(Protocol):
    """Stage 2: chooses the next topic."""

    def select(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        candidates: tuple[str, ...],
    ) -> str:
        """Return one of the candidates, which are all legal; the default one comes first."""


ShowText = Callable[[str], None]
"""Shows the beginning of an utterance; what it raises ends the turn, as nobody waits for it."""


class UtteranceGenerator(Protocol):
    """Stage 3: phrases what the interviewer says."""

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,
    ) -> Utterance:
        """Return the utterance that reacts to the message and asks about `next_topic`.

        Args:
            request: the message.
            pack: the pack that the interview runs on.
            evaluation: what stage 1 made of the message.
            next_topic: what stage 2 chose.
            show: told the beginning of the utterance as it grows: whole sentences that pass what a
                beginning can be checked for. None where nobody watches. The utterance returned is
                what counts; it may begin otherwise.
        """


class TextEncoder(Protocol):
    """Turns texts into unit vectors with one stage's adapter."""

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text."""


class AdaptedEncoder(TextEncoder, Protocol):
    """The body that the encoders of all stages share, with an adapter for each of them."""

    @property
    def manifest(self) -> Manifest:
        """The body's manifest."""

    @property
    def device(self) -> str:
        """Where it runs, ``cpu`` or ``cuda``."""

    def add_adapter(self, folder: Path, kind: str) -> Manifest:
        """Load the adapter in `folder` under the name `kind`; returns its manifest.

        Raises:
            ArtifactError: the folder is missing or altered, or was made for another body.
        """


class AnswerVerifier(Protocol):
    """Says whether a message is true of an answer point, given a right answer to compare with."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Judge pairs of (point with a reference answer, message).

        Returns:
            One row of logits a pair, in the order of `VERIFIER_CLASSES`.
        """


class BundledVerifier(AnswerVerifier, Protocol):
    """The verifier that ships, whichever library runs it."""

    @property
    def manifest(self) -> Manifest:
        """Its manifest, which holds the calibration of its logits."""

    @property
    def quick(self) -> AnswerVerifier | None:
        """The same in half the time, with logits a little off; None where nothing is as quick."""
