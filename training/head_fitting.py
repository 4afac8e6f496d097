"""Fits `engine.point_heads` on labelled rows and the pack's own answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from engine.point_heads import TopicHeads
from engine.questions import AnswerPoint, QuestionPack, Topic
from training.letter_learning import learn_letters
from training.rows import AnswerRow, label_of

LEAST_TEXTS = 2
STRENGTH = 10.0


def fit_heads(pack: QuestionPack, rows: Sequence[AnswerRow]) -> dict[str, TopicHeads]:
    """Return heads for every topic that has rows.

    Args:
        pack: the pack that the rows belong to, with its contrasts.
        rows: labelled answers to learn from.
    """
    return {
        topic.id: _fit_topic(topic, own, pack.locales)
        for topic in pack
        if (own := [row for row in rows if row.topic == topic.id])
    }


def _fit_topic(topic: Topic, rows: Sequence[AnswerRow], locales: Sequence[str]) -> TopicHeads:
    written = {point.id: _written(point, locales) for point in topic.points}
    texts = [row.answer for row in rows]
    texts += [text for labelled in written.values() for text, _ in labelled]
    letters = learn_letters(texts, LEAST_TEXTS)
    vectors = np.stack([letters.vector(row.answer) for row in rows])
    weights, bias = [], []
    for point in topic.points:
        own = np.stack([letters.vector(text) for text, _ in written[point.id]])
        covered = [label_of(row, point.id) == "covered" for row in rows]
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear")
        model.fit(
            np.concatenate([vectors, own]), [*covered, *(right for _, right in written[point.id])]
        )
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return TopicHeads(letters, np.asarray(weights, np.float32), np.asarray(bias, np.float32))


def _written(point: AnswerPoint, locales: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the pack's own answers to a point, and whether each is right."""
    found: list[tuple[str, bool]] = []
    for locale in locales:
        found += [(text, True) for text in point.references[locale]]
        found += [(wrong.answer, False) for wrong in point.wrong[locale]]
        for contrast in point.contrasts.get(locale, ()):
            found += [(text, True) for text in contrast.rewordings]
            found += [(text, False) for text in contrast.distortions]
    return found
