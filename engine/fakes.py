"""Deterministic stages without a model: for tests and for ``python -m engine --fake``.

They are real implementations of the ports, good enough to hold a whole interview: stage 1 compares
letter pairs with the pack's reference and wrong answers, stage 2 listens for a topic's title, and
stage 3 can speak as slowly as a large language model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from engine.contract import Intent, PointVerdict, TurnRequest, Utterance, VerdictStatus
from engine.intents import intent_by_wording, normalise
from engine.ports import Evaluation, ShowText, UtteranceGenerator
from engine.questions import AnswerPoint, QuestionPack
from engine.sentence_stream import beginnings

_COVERED = 0.55
_PARTIAL = 0.40
_CLAUSE = re.compile(r"[^.!?\n,;]+")


class FakeEvaluator:
    """Stage 1 by overlap of letter pairs (Dice coefficient)."""

    def evaluate(self, request: TurnRequest, pack: QuestionPack) -> Evaluation:
        """Judge one message."""
        intent = request.intent or intent_by_wording(request.answer) or Intent.ANSWER
        topic = pack.topic(request.topic_id)
        if intent is not Intent.ANSWER or not topic.kind.judged:
            return Evaluation(intent)
        clauses = [m[0].strip() for m in _CLAUSE.finditer(request.answer) if m[0].strip()]
        units = list(dict.fromkeys([request.answer.strip(), *clauses]))
        verdicts = tuple(
            _judge(topic.point(point_id), units, request.locale) for point_id in request.open_points
        )
        return Evaluation(Intent.ANSWER, verdicts)


def _judge(point: AnswerPoint, units: list[str], locale: str) -> PointVerdict:
    wrong_answers = [wrong.answer for wrong in point.wrong[locale]]
    right, evidence = max((_nearest(u, point.references[locale]), u) for u in units)
    wrong = max(_nearest(u, wrong_answers) for u in units)
    if wrong >= max(right, _COVERED):
        nearest = max(
            range(len(wrong_answers)), key=lambda i: max(_dice(u, wrong_answers[i]) for u in units)
        )
        return PointVerdict(point.id, VerdictStatus.WRONG, evidence, right, 0.0, nearest)
    if right >= _PARTIAL:
        status = VerdictStatus.COVERED if right >= _COVERED else VerdictStatus.PARTIAL
        return PointVerdict(point.id, status, evidence, right, right)
    return PointVerdict(point.id, VerdictStatus.MISSING, None, right, right)


def _nearest(unit: str, answers: Iterable[str]) -> float:
    return max((_dice(unit, answer) for answer in answers), default=0.0)


def _dice(one: str, other: str) -> float:
    a, b = _pairs(one), _pairs(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _pairs(text: str) -> set[str]:
    letters = normalise(text).replace(" ", "")
    return {letters[i : i + 2] for i in range(len(letters) - 1)} or {letters}


class FakeSelector:
    """Stage 2: the first candidate, unless the message names the title of another."""

    def select(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,  # noqa: ARG002 - part of the port
        candidates: tuple[str, ...],
    ) -> str:
        """Return one of the candidates."""
        said = normalise(request.answer)
        for topic_id in candidates:
            if normalise(pack.topic(topic_id).title[request.locale]) in said:
                return topic_id
        return candidates[0]


class FakeStreamingGenerator:
    """Stage 3 that says what another one says, sentence by sentence.

    Args:
        generator: phrases the utterance.
        pause: what a sentence takes; called before each one.
    """

    def __init__(self, generator: UtteranceGenerator, pause: Callable[[], None]) -> None:
        self._generator = generator
        self._pause = pause

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,
    ) -> Utterance:
        """Return the utterance once it has been spoken."""
        utterance = self._generator.generate(request, pack, evaluation, next_topic)
        for beginning in beginnings(utterance.text):
            self._pause()
            if show is not None:
                show(beginning)
        self._pause()
        return utterance
