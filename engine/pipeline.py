"""One turn: evaluate → select → generate."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from engine.contract import Intent, Mode, TurnRequest, TurnResult, VerdictStatus
from engine.errors import ContractError
from engine.ports import (
    AnswerEvaluator,
    Evaluation,
    QuestionSelector,
    ShowText,
    UtteranceGenerator,
)
from engine.progress import ObserveTurn, TurnProgress
from engine.questions import QuestionPack

# Messages after which the same question stands.
_STAY = frozenset(
    {
        Intent.TERM_QUESTION,
        Intent.HINT,
        Intent.REPEAT,
        Intent.SMALL_TALK,
        Intent.INSULT,
        Intent.MANIPULATION,
        Intent.OTHER_LANGUAGE,
        Intent.UNREADABLE,
    }
)


class Pipeline:
    """Runs the three stages for one request after another.

    Args:
        packs: pack id → pack.
        evaluator: stage 1.
        selector: stage 2.
        generator: stage 3.
    """

    def __init__(
        self,
        packs: Mapping[str, QuestionPack],
        evaluator: AnswerEvaluator,
        selector: QuestionSelector,
        generator: UtteranceGenerator,
    ) -> None:
        self.packs = packs
        self._evaluator = evaluator
        self._selector = selector
        self._generator = generator

    def run(self, request: TurnRequest, observe: ObserveTurn | None = None) -> TurnResult:
        """Judge one message, choose the next topic and phrase the reply.

        Args:
            request: the message.
            observe: told as soon as the message is judged, and again as the reply grows; what it
                raises ends the turn. None where nobody watches.

        Raises:
            ContractError: the request names a pack, topic, point or locale that does not exist.
        """
        pack = self._pack(request)
        started = time.perf_counter()
        evaluation = self._evaluator.evaluate(request, pack)
        evaluated = time.perf_counter()
        candidates = legal_candidates(request, pack, evaluation)
        # The only legal topic needs no choosing.
        next_topic = (
            candidates[0]
            if len(candidates) == 1
            else self._selector.select(request, pack, evaluation, candidates)
        )
        selected = time.perf_counter()
        show = _announce(request, evaluation, next_topic, observe) if observe else None
        utterance = self._generator.generate(request, pack, evaluation, next_topic, show)
        done = time.perf_counter()
        return TurnResult(
            request_id=request.request_id,
            intent=evaluation.intent,
            verdicts=evaluation.verdicts,
            next_topic=next_topic,
            utterance=utterance,
            hedge=evaluation.hedge,
            timings_ms={
                "evaluate": _ms(started, evaluated),
                "select": _ms(evaluated, selected),
                "generate": _ms(selected, done),
                "total": _ms(started, done),
            },
        )

    def _pack(self, request: TurnRequest) -> QuestionPack:
        pack = self.packs.get(request.pack.id)
        if pack is None:
            known = ", ".join(self.packs) or "none"
            raise ContractError(f"pack {request.pack.id!r} is not loaded here (loaded: {known})")
        for topic_id in (request.topic_id, *request.next_topics):
            if topic_id not in pack:
                raise ContractError(
                    f"topic {topic_id!r} is not in pack {pack.id} {pack.version}; "
                    f"the interview runs on version {request.pack.version}"
                )
        unknown = set(request.open_points) - set(pack.topic(request.topic_id).point_ids)
        if unknown:
            raise ContractError(f"topic {request.topic_id!r} has no points {sorted(unknown)}")
        if request.locale not in pack.locales:
            raise ContractError(f"pack {pack.id} is not written in {request.locale!r}")
        if not pack.speaks(request.locale, request.style or request.spoken_style):
            raise ContractError(f"pack {pack.id} does not speak {request.style} {request.locale!r}")
        return pack


def legal_candidates(
    request: TurnRequest, pack: QuestionPack, evaluation: Evaluation
) -> tuple[str, ...]:
    """Return the topics that may be asked next, default first.

    The question stands after anything that is not an answer, after an answer that made progress
    and left points open, and once after one that made none. Skips, don't-knows, and topics that
    are not judged move on. In exam mode every answer moves on, so that staying gives nothing away.
    """
    stay, leave = (request.topic_id,), request.next_topics or (request.topic_id,)
    if evaluation.intent is Intent.REPEAT:
        return stay
    if not pack.topic(request.topic_id).kind.judged:
        return leave
    if evaluation.intent in _STAY:
        return stay
    if evaluation.intent is not Intent.ANSWER or request.mode is Mode.EXAM:
        return leave
    covered = evaluation.points(VerdictStatus.COVERED)
    if len(covered) == len(request.open_points):
        return leave
    return stay if covered or request.may_retry else leave


def _announce(
    request: TurnRequest, evaluation: Evaluation, next_topic: str, observe: ObserveTurn
) -> ShowText:
    """Say what is known once a message is judged; return how to say what is being phrased."""
    judged = TurnProgress(request.request_id, evaluation.intent, evaluation.verdicts, next_topic)
    observe(judged)
    return lambda text: observe(replace(judged, text=text))


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 3)
