"""Fits `engine.point_heads` on labelled rows and the pack's own answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from engine.point_heads import TopicHeads, ngram_counts
from engine.questions import AnswerPoint, QuestionPack, Topic
from training.rows import AnswerRow, label_of

# n-grams of fewer texts tell of one writer, not of the question.
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
    documents = Counter(code for text in texts for code in ngram_counts(text))
    codes = np.array(sorted(c for c, n in documents.items() if n >= LEAST_TEXTS), dtype=np.uint32)
    # Smoothed as in scikit-learn.
    idf = np.log((1 + len(texts)) / (1 + np.array([documents[int(c)] for c in codes]))) + 1
    none = np.zeros((0, len(codes)), dtype=np.float32)
    blank = TopicHeads(codes, idf.astype(np.float32), none, none[:, 0])
    vectors = np.stack([blank.vector(row.answer) for row in rows])
    weights, bias = [], []
    for point in topic.points:
        own = np.stack([blank.vector(text) for text, _ in written[point.id]])
        covered = [label_of(row, point.id) == "covered" for row in rows]
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear")
        model.fit(
            np.concatenate([vectors, own]), [*covered, *(right for _, right in written[point.id])]
        )
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return TopicHeads(
        codes, blank.idf, np.asarray(weights, np.float32), np.asarray(bias, np.float32)
    )


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
