"""Stage 1: what a message is and which answer points it covers.

The S-BERT proposes (which points is it about, in which words), the verifier decides (is it true of
them). One encoder pass over the message and its clauses, one verifier pass over the open points;
where there is a quick verifier, one of that, and one of the verifier itself over what it left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.assent import seeks_assent
from engine.candidates import CandidateVectors
from engine.clauses import split_clauses
from engine.contract import Intent, PointVerdict, TurnRequest
from engine.glossary import names_only
from engine.hedges import find_hedge
from engine.intent_head import IntentHead
from engine.intents import asks, intent_by_wording
from engine.point_heads import PointHeads
from engine.ports import AnswerVerifier, Evaluation, TextEncoder
from engine.questions import QuestionPack, Topic
from engine.second_reading import is_open
from engine.verdicts import (
    Proximity,
    VerdictPolicies,
    features,
    proximity,
    verifier_pair,
)


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
        units = message_units(request.answer)
        vectors = self._encoder.encode(units, ANSWER_EVALUATOR)
        intent = stated or self._read_intent(request.answer, vectors[0], pack)
        if not topic.kind.judged:
            return Evaluation(intent)
        near = self._proximities(request, pack, units, vectors)
        nearest = max((n.nearness for n in near.values()), default=0.0)
        if intent is not Intent.ANSWER and nearest < self._answer_floor:
            return Evaluation(intent)
        verdicts = self._judge(request, pack, topic, units, vectors, near)
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

    def _proximities(
        self, request: TurnRequest, pack: QuestionPack, units: list[str], vectors: FloatArray
    ) -> dict[str, Proximity]:
        candidates = self._candidates[pack.id]
        topic = pack.topic(request.topic_id)
        return {
            point_id: proximity(
                units, vectors, candidates.of(topic.id, point_id, request.locale), topic.subject
            )
            for point_id in request.open_points
        }

    def _judge(  # noqa: PLR0913, PLR0917 - one turn's intermediate results
        self,
        request: TurnRequest,
        pack: QuestionPack,
        topic: Topic,
        units: list[str],
        vectors: FloatArray,
        near: Mapping[str, Proximity],
    ) -> tuple[PointVerdict, ...]:
        """Judge all open points."""
        if not near:
            return ()
        pairs = []
        for point_id, proximity_ in near.items():
            known = self._candidates[pack.id].of(topic.id, point_id, request.locale)
            pairs.append(
                verifier_pair(topic, point_id, request.locale, proximity_, units, vectors, known)
            )
        learnt = self._heads.scores(pack.id, topic, units[0]) or {}
        heads = [learnt.get(point_id) for point_id in near]
        logits = self._read(pairs, list(zip(near.values(), heads, strict=True)))
        verdicts = []
        for (point_id, proximity_), scores, head in zip(near.items(), logits, heads, strict=True):
            row = features(proximity_, scores, head)
            policy = self._policies.of(row)
            probabilities = policy.probabilities(row)
            verdicts.append(policy.verdict(point_id, proximity_, probabilities))
        return tuple(verdicts)

    def _read(
        self, pairs: Sequence[tuple[str, str]], known: Sequence[tuple[Proximity, float | None]]
    ) -> FloatArray:
        """Have the verifier read all pairs in one pass, or those that the quick one leaves open.

        Args:
            pairs: what is read.
            known: what is known of each besides: similarities, and the score of its head.
        """
        if self._quick is None:
            return self._verifier.judge(pairs)
        logits = self._quick.judge(pairs)
        again = []
        for index, (near, head) in enumerate(known):
            row = features(near, logits[index], head)
            if not near.verbatim and is_open(self._policies.of(row), row):
                again.append(index)
        if again:
            logits[again] = self._verifier.judge([pairs[index] for index in again])
        return logits


def message_units(text: str) -> list[str]:
    """Return the whole message and, where there are several, its clauses."""
    clauses = split_clauses(text)
    return [text, *clauses] if len(clauses) > 1 else [text]
