"""Fits `engine.point_heads` on labelled rows and the pack's own answers."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from engine.attribution import own_part
from engine.point_heads import AnswerPieces, TopicHeads
from engine.questions import AnswerPoint, QuestionPack, Topic
from training.letter_learning import learn_letters, learn_pairs
from training.near_misses import near_miss_rows
from training.rows import AnswerRow, label_of
from training.strung_words import strung_rows

LEAST_TEXTS = 2
STRENGTH = 10.0
# Share of the right answers whose key words are shown strung together, as what is not right.
STRUNG = 0.25
# Share of the right answers that a near-miss is made of, which is shown as wrong.
NEAR_MISSES = 0.5
SEED = 20


def fit_heads(pack: QuestionPack, rows: Sequence[AnswerRow]) -> dict[str, TopicHeads]:
    """Return heads for every topic that has rows.

    Args:
        pack: the pack that the rows belong to, with its contrasts.
        rows: labelled answers to learn from.
    """
    shown = [
        *rows,
        *strung_rows(pack, rows, STRUNG, random.Random(SEED)),
        *near_miss_rows(rows, NEAR_MISSES, random.Random(SEED)),
    ]
    return {
        topic.id: _fit_topic(topic, own, pack.locales)
        for topic in pack
        if (own := [row for row in shown if row.topic == topic.id])
    }


def _fit_topic(topic: Topic, rows: Sequence[AnswerRow], locales: Sequence[str]) -> TopicHeads:
    written = {point.id: _written(point, locales) for point in topic.points}
    texts = [row.answer for row in rows]
    texts += [text for labelled in written.values() for text, _ in labelled]
    pieces = AnswerPieces(learn_letters(texts, LEAST_TEXTS), learn_pairs(texts, LEAST_TEXTS))
    weights, bias = [], []
    for point in topic.points:
        # As they will be served: of each message what it says about the point.
        parts = [own_part(row.answer, topic, point.id) for row in rows]
        own = [text for text, _ in written[point.id]]
        said = _sparse(pieces, [*(part for part in parts if part), *own])
        covered = [
            label_of(row, point.id) == "covered"
            for row, part in zip(rows, parts, strict=True)
            if part
        ]
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear")
        model.fit(said, [*covered, *(right for _, right in written[point.id])])
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return TopicHeads(pieces, np.asarray(weights, np.float32), np.asarray(bias, np.float32))


def _sparse(pieces: AnswerPieces, texts: Sequence[str]) -> csr_matrix:
    """Return the vectors of texts: few of the pieces occur in one, and dense ones fill memory."""
    return vstack([csr_matrix(pieces.vector(text)) for text in texts], format="csr")


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
