"""Stage 1 that goes on while the verifier that somebody chose does not answer."""

from __future__ import annotations

import logging

from engine.contract import TurnRequest
from engine.errors import VerifierUnavailableError
from engine.ports import AnswerEvaluator, Evaluation
from engine.questions import QuestionPack

log = logging.getLogger(__name__)


class FallbackEvaluator:
    """Implements `AnswerEvaluator` with two others.

    The second judges a whole turn, with thresholds of its own: those of one verifier mean nothing
    for the logits of another.

    Args:
        chosen: asked first.
        fallback: asked for a turn that the first one cannot judge.
    """

    def __init__(self, chosen: AnswerEvaluator, fallback: AnswerEvaluator) -> None:
        self._chosen = chosen
        self._fallback = fallback

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""
        try:
            return self._chosen.evaluate(request, pack)
        except VerifierUnavailableError as error:
            log.warning("the bundled verifier judges this turn: %s", error)
            return self._fallback.evaluate(request, pack)
