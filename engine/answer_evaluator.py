"""Stage 1: what a message is and which answer points it covers.

The S-BERT proposes (which points is it about, in which words), the verifier decides (is it true of
them). One encoder pass over the message and its clauses, one verifier pass over the open points;
where there is a quick verifier, one of that, and one of the verifier itself over what it left open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.assent import seeks_assent
from engine.attribution import read_apart
from engine.candidates import CandidateVectors
from engine.contract import Intent, PointVerdict, TurnRequest, VerdictStatus
from engine.glossary import names_only
from engine.hedges import find_hedge
from engine.intent_head import IntentHead
from engine.intents import asks, intent_by_wording
from engine.point_heads import PointHeads
from engine.ports import AnswerVerifier, Evaluation, TextEncoder
from engine.questions import QuestionPack
from engine.second_reading import is_open
from engine.verdicts import (
    Proximity,
    VerdictPolicies,
    features,
    proximity,
    verifier_pair,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known of one (message, point) before the verifier reads it.

    Args:
        near: the similarities.
        pair: what the verifier reads.
        head: the score of the point's head, None where it has none.
    """

    near: Proximity
    pair: tuple[str, str]
    head: float | None


class SbertAnswerEvaluator:
    """Implements `AnswerEvaluator` with the shared encoder and the verifier.

    Args:
        encoder: turns texts into vectors.
        verifier: judges pairs.
        intents: tells answers from other messages.
        heads: of the points whose answers were learnt from.
        policies: calibration and thresholds.
        candidates: pack id → its candidate vectors.
        answer_floor: similarity to a right answer from which a message counts as an answer,
            whatever the intent head says.
        quick: reads a pair first, and the verifier only where the verdict could turn on what it
            leaves open; None to have the verifier read all.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of stage 1, passed once
        self,
        encoder: TextEncoder,
        verifier: AnswerVerifier,
        intents: IntentHead,
        heads: PointHeads,
        policies: VerdictPolicies,
        candidates: Mapping[str, CandidateVectors],
        answer_floor: float,
        quick: AnswerVerifier | None = None,
    ) -> None:
        self._encoder = encoder
        self._verifier = verifier
        self._intents = intents
        self._heads = heads
        self._policies = policies
        self._candidates = candidates
        self._answer_floor = answer_floor
        self._quick = quick

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""
        stated = request.intent or intent_by_wording(request.answer)
        if stated is not None and stated is not Intent.ANSWER:
            return Evaluation(stated)
        topic = pack.topic(request.topic_id)
        texts = read_apart(request.answer, topic, request.open_points)
        vectors = self._encoder.encode(texts.all, ANSWER_EVALUATOR)
        intent = stated or self._read_intent(request.answer, vectors[0], pack)
        if not topic.kind.judged:
            return Evaluation(intent)
        if intent is not Intent.ANSWER:
            nearest = self._nearness(request, pack, vectors[: texts.whole])
            if nearest < self._answer_floor:
                return Evaluation(intent)
        # One text is mostly said about all points, and scored for all of them at once.
        heads = cache(partial(self._heads.scores, pack.id, topic))
        read = {
            point_id: self._reading(request, pack, point_id, texts.units(point_id, vectors), heads)
            for point_id in request.open_points
        }
        verdicts = self._judge(read)
        return Evaluation(Intent.ANSWER, verdicts, find_hedge(request.answer))

    def _read_intent(self, text: str, vector: FloatArray, pack: QuestionPack) -> Intent:
        """Have the head say what a message is.

        The bare name of a concept is an answer. What asks nothing, or for no more than a nod, is
        no question about a term.
        """
        if names_only(text, pack.terms):
            return Intent.ANSWER
        intent = self._intents.read(text, vector)
        if intent is Intent.TERM_QUESTION and (not asks(text) or seeks_assent(text)):
            return Intent.ANSWER
        return intent

    def _nearness(self, request: TurnRequest, pack: QuestionPack, vectors: FloatArray) -> float:
        """Return the highest similarity of a message to any right or wrong answer that is open."""
        known = [
            self._candidates[pack.id].of(request.topic_id, point_id, request.locale)
            for point_id in request.open_points
        ]
        compared = (c for k in known for c in (k.reference_vectors, k.wrong_vectors))
        return max((float((vectors @ of.T).max()) for of in compared), default=0.0)

    def _reading(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        point_id: str,
        own: tuple[list[str], FloatArray] | None,
        heads: Callable[[str], Mapping[str, float] | None],
    ) -> _Reading | None:
        """Compare what a message says about one point with its candidates.

        Args:
            request: the turn.
            pack: the pack of its topic.
            point_id: id of the point.
            own: units of what the message says about the point, and their vectors; None where it
                speaks of others only.
            heads: tells the scores of a text for all points of the topic, None where there are
                none.
        """
        if own is None:
            return None
        units, vectors = own
        topic = pack.topic(request.topic_id)
        known = self._candidates[pack.id].of(topic.id, point_id, request.locale)
        near = proximity(units, vectors, known, topic.subject, message=request.answer)
        pair = verifier_pair(topic, point_id, request.locale, near, units, vectors, known)
        return _Reading(near, pair, (heads(units[0]) or {}).get(point_id))

    def _judge(self, read: Mapping[str, _Reading | None]) -> tuple[PointVerdict, ...]:
        """Judge all open points."""
        spoken_of = {point_id: reading for point_id, reading in read.items() if reading}
        verdicts = {point_id: PointVerdict(point_id, VerdictStatus.MISSING) for point_id in read}
        if not spoken_of:
            return tuple(verdicts.values())
        logits = self._read(list(spoken_of.values()))
        for (point_id, reading), scores in zip(spoken_of.items(), logits, strict=True):
            row = features(reading.near, scores, reading.head)
            policy = self._policies.of(row)
            verdicts[point_id] = policy.verdict(point_id, reading.near, policy.probabilities(row))
        return tuple(verdicts.values())

    def _read(self, readings: Sequence[_Reading]) -> FloatArray:
        """Have the verifier read all pairs in one pass, or those that the quick one leaves open."""
        pairs = [reading.pair for reading in readings]
        if self._quick is None:
            return self._verifier.judge(pairs)
        logits = self._quick.judge(pairs)
        again = []
        for index, reading in enumerate(readings):
            row = features(reading.near, logits[index], reading.head)
            if not reading.near.verbatim and is_open(self._policies.of(row), row):
                again.append(index)
        if again:
            logits[again] = self._verifier.judge([pairs[index] for index in again])
        return logits
