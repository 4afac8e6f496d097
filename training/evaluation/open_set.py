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

from engine.answer_evaluator import message_units
from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.contract import Intent
from engine.questions import QuestionPack
from engine.verdicts import features, proximity, verifier_pair
from training.evaluation.labels import FAILED, TERM, shown
from training.evaluation.models import StageOne

# How many points are judged at most, unless the question itself has more.
PROPOSED = 5
# By how much nearer than to its own question's points a message must come to another point.
OWN_QUESTION_FIRST = 0.1


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and what the bot took it for.

    Args:
        topic_id: what it replies to; of a judged topic.
        locale: one of the pack's.
        text: the message.
        intent: what it is.
    """

    topic_id: str
    locale: str
    text: str
    intent: Intent


class OpenSet:
    """Judges messages against all answer points of a pack.

    Args:
        stage: the models of stage 1.
        names: what the columns of the result are, `FAILED` and `TERM` among them.
    """

    def __init__(self, stage: StageOne, names: Sequence[str]) -> None:
        self._stage = stage
        self._column = {name: index for index, name in enumerate(names)}
        self._points = [(topic.id, point.id) for topic in stage.pack for point in topic.points]
        self._index = {locale: self._stacked(locale) for locale in stage.pack.locales}

    def similarities(self, messages: Sequence[Message]) -> FloatArray:
        """Return the probability of each name for each message: ``(messages, names)``.

        Points that were not proposed get 0; `FAILED` gets what the likeliest point leaves.
        """
        units = [unit for message in messages for unit in message_units(message.text)]
        self._stage.encoder.prepare(units, ANSWER_EVALUATOR)
        proposed = [self._proposed(message) for message in messages]
        with self._stage.verifier.collecting():
            for message, points in zip(messages, proposed, strict=True):
                self._probabilities(message, points)
        return np.stack(
            [
                self._row(message, points, self._probabilities(message, points))
                for message, points in zip(messages, proposed, strict=True)
            ]
        )

    def _stacked(self, locale: str) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        """Return the vectors of all candidates, and where those of each point begin."""
        known = [self._stage.candidates.of(t, p, locale) for t, p in self._points]
        groups = [np.concatenate([k.reference_vectors, k.wrong_vectors]) for k in known]
        lengths = [len(group) for group in groups]
        return np.concatenate(groups), np.cumsum([0, *lengths[:-1]], dtype=np.int64)

    def _proposed(self, message: Message) -> list[tuple[str, str]]:
        """Return the points to judge: those of the question, and others that are nearer."""
        if message.intent is not Intent.ANSWER:
            return []
        own = [key for key in self._points if key[0] == message.topic_id]
        vectors = self._stage.encoder.encode(message_units(message.text), ANSWER_EVALUATOR)
        matrix, begins = self._index[message.locale]
        nearness = np.maximum.reduceat((vectors @ matrix.T).max(axis=0), begins)
        least = max(nearness[i] for i, key in enumerate(self._points) if key in own)
        others = [
            self._points[i]
            for i in np.argsort(-nearness)[:PROPOSED]
            if self._points[i] not in own and nearness[i] > least + OWN_QUESTION_FIRST
        ]
        return [*own, *others[: max(0, PROPOSED - len(own))]]

    def _probabilities(self, message: Message, points: Sequence[tuple[str, str]]) -> FloatArray:
        """Return the calibrated probability that each point is covered, ``(points,)``."""
        if not points:
            return np.zeros(0, dtype=np.float32)
        stage, units = self._stage, message_units(message.text)
        vectors = stage.encoder.encode(units, ANSWER_EVALUATOR)
        near, pairs = [], []
        for topic_id, point_id in points:
            known = stage.candidates.of(topic_id, point_id, message.locale)
            near.append(proximity(units, vectors, known))
            topic = stage.pack.topic(topic_id)
            pairs.append(
                verifier_pair(topic, point_id, message.locale, near[-1], units, vectors, known)
            )
        logits = stage.verifier.judge(pairs)
        given = np.stack([features(n, row) for n, row in zip(near, logits, strict=True)])
        return stage.policy.probabilities(given)[:, 0]

    def _row(
        self, message: Message, points: Sequence[tuple[str, str]], probabilities: FloatArray
    ) -> FloatArray:
        row = np.zeros(len(self._column), dtype=np.float32)
        if message.intent is not Intent.ANSWER:
            asks = message.intent is Intent.TERM_QUESTION
            row[self._column[TERM if asks else FAILED]] = 1
            return row
        for (topic_id, point_id), probability in zip(points, probabilities, strict=True):
            column = self._column[point_name(self._stage.pack, topic_id, point_id)]
            row[column] = max(row[column], probability)
        row[self._column[FAILED]] = 1 - row.max()
        return row


def point_name(pack: QuestionPack, topic_id: str, point_id: str) -> str:
    """Return what the columns call a point."""
    return shown(pack.topic(topic_id).point(point_id).name)
