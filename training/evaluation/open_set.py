"""Stage 1 without knowing what is open: how likely a message covers each point of a whole pack.

The S-BERT proposes, the verifier and the calibration decide. The points of the question that was
asked are always judged; of all others, only the nearest, and only those that the message comes
clearly nearer to than to its own question's points: the same words ("the formula") may be right
for more than one question, and somebody who was asked about one means that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.clauses import message_units
from engine.contract import Intent, TurnRequest
from engine.ports import Evaluation
from engine.questions import QuestionPack
from training.evaluation.labels import FAILED, TERM, shown
from training.evaluation.models import StageOne
from training.evaluation.turns import request

# How many points are judged at most, unless the question itself has more.
PROPOSED = 5
# By how much nearer than to its own question's points a message must come to another point.
OWN_QUESTION_FIRST = 0.1


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and what the bot made of it.

    Args:
        topic_id: what it replies to; of a judged topic.
        locale: one of the pack's.
        text: the message.
        evaluation: what it is, and the verdicts on the points that were open.
    """

    topic_id: str
    locale: str
    text: str
    evaluation: Evaluation

    @property
    def judged(self) -> dict[str, float]:
        """Id of each point judged already → probability that it is covered."""
        return {v.point_id: v.probability for v in self.evaluation.verdicts}


class OpenSet:
    """Judges messages against all answer points of a pack.

    Args:
        stage: the models of stage 1.
        names: what the columns of the result are, `FAILED` and `TERM` among them.
    """

    def __init__(self, stage: StageOne, names: Sequence[str]) -> None:
        self._stage = stage
        self._column = {name: index for index, name in enumerate(names)}
        stage.prepare(())
        self._points = [(topic.id, point.id) for topic in stage.pack for point in topic.points]
        self._index = {locale: self._stacked(locale) for locale in stage.pack.locales}

    def similarities(self, messages: Sequence[Message]) -> FloatArray:
        """Return the probability of each name for each message: ``(messages, names)``.

        Points that were not proposed get 0; `FAILED` gets what the likeliest point leaves.
        """
        self._stage.prepare([message.text for message in messages])
        near = np.zeros((len(messages), len(self._column)), dtype=np.float32)
        requests, rows = [], []
        for row, message in enumerate(messages):
            for point_id, probability in message.judged.items():
                self._note(near[row], message.topic_id, point_id, probability)
            for topic_id, points in self._unjudged(message).items():
                requests.append(self._request(message, topic_id, points))
                rows.append(row)
        for row, asked, found in zip(rows, requests, self._stage.evaluate(requests), strict=True):
            for verdict in found.verdicts:
                self._note(near[row], asked.topic_id, verdict.point_id, verdict.probability)
        for row, message in enumerate(messages):
            asks = message.evaluation.intent is Intent.TERM_QUESTION
            near[row, self._column[TERM if asks else FAILED]] = 1 - near[row].max()
        return near

    def _note(self, row: FloatArray, topic_id: str, point_id: str, probability: float) -> None:
        column = self._column[point_name(self._stage.pack, topic_id, point_id)]
        row[column] = max(row[column], probability)

    def _stacked(self, locale: str) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        """Return the vectors of all candidates, and where those of each point begin."""
        known = [self._stage.candidates.of(t, p, locale) for t, p in self._points]
        groups = [np.concatenate([k.reference_vectors, k.wrong_vectors]) for k in known]
        lengths = [len(group) for group in groups]
        return np.concatenate(groups), np.cumsum([0, *lengths[:-1]], dtype=np.int64)

    def _unjudged(self, message: Message) -> dict[str, list[str]]:
        """Return topic → points still to judge: the question's own, and others that are nearer."""
        if message.evaluation.intent is not Intent.ANSWER:
            return {}
        vectors = self._stage.encoder.encode(message_units(message.text), ANSWER_EVALUATOR)
        matrix, begins = self._index[message.locale]
        nearness = np.maximum.reduceat((vectors @ matrix.T).max(axis=0), begins)
        own = [i for i, (topic_id, _) in enumerate(self._points) if topic_id == message.topic_id]
        least = nearness[own].max() + OWN_QUESTION_FIRST
        others = [i for i in np.argsort(-nearness) if nearness[i] > least and i not in own]
        chosen = [i for i in own if self._points[i][1] not in message.judged]
        found: dict[str, list[str]] = {}
        for index in (*chosen, *others[: max(0, PROPOSED - len(own))]):
            topic_id, point_id = self._points[index]
            found.setdefault(topic_id, []).append(point_id)
        return found

    def _request(self, message: Message, topic_id: str, points: Sequence[str]) -> TurnRequest:
        topic = self._stage.pack.topic(topic_id)
        return request(
            self._stage.pack,
            topic,
            message.locale,
            message.text,
            open_points=tuple(points),
            intent=Intent.ANSWER,
        )


def point_name(pack: QuestionPack, topic_id: str, point_id: str) -> str:
    """Return what the columns call a point."""
    return shown(pack.topic(topic_id).point(point_id).name)
