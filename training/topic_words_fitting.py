"""Fits `engine.topic_words`: which n-grams speak for which topic of a pack.

What is said about each topic (its texts, answers to it, openings that ask for it) tells the topics
apart. How much that counts beside the vectors is learnt afterwards (`training.selector_mixing`):
going on with the n-grams themselves on the few written choices made them worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse
from sklearn.linear_model import SGDClassifier

from engine.arrays import FloatArray
from engine.letter_features import LetterVocabulary
from engine.questions import QuestionPack, Topic
from engine.topic_words import TopicWords
from training.letter_learning import learn_letters
from training.rows import RIGHT_KINDS, AnswerRow, ChoiceRow

# In how many texts an n-gram must occur.
LEAST_TEXTS = 6
# Beside right answers: what is off in these is not what they are about.
TELLING_KINDS = RIGHT_KINDS | {"partial", "misconception", "near_miss"}
# How much an answer of somebody's counts beside a text of the pack.
ANSWER_WEIGHT = 0.5
# Weights that are kept, the largest ones.
KEPT_WEIGHTS = 150_000


def fit_words(
    pack: QuestionPack, answers: Sequence[AnswerRow], choices: Sequence[ChoiceRow], seed: int
) -> TopicWords:
    """Learn the layer over the n-grams of what is said about the topics of a pack.

    Args:
        pack: the pack.
        answers: labelled answers to its topics.
        choices: written choices.
        seed: of the order that is learnt in.
    """
    said = [pair for topic in pack for pair in _said_about(topic, pack.locales)]
    said += [(row.answer, row.next_topic) for row in choices if _is_about_it(pack, row)]
    written = len(said)
    said += [(row.answer, row.topic) for row in answers if row.kind in TELLING_KINDS]
    texts, about = [text for text, _ in said], [topic for _, topic in said]
    letters = learn_letters(texts, LEAST_TEXTS)
    weights = np.ones(len(said))
    weights[written:] = ANSWER_WEIGHT
    model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=6, tol=None, random_state=seed)
    model.fit(_matrix(letters, texts), about, sample_weight=weights)
    weight, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if len(model.classes_) == 2:  # scikit-learn keeps the second class's row alone
        weight, bias = np.concatenate([-weight, weight]), np.concatenate([-bias, bias])
    return TopicWords(pack.id, tuple(model.classes_), letters, _largest(weight), bias)


def _said_about(topic: Topic, locales: Iterable[str]) -> list[tuple[str, str]]:
    # Names are short and few, and what people call a topic by.
    said = [name for name in topic.subject for _ in range(3)]
    for locale in locales:
        said += [topic.title[locale], *topic.question[locale]]
        for point in topic.points:
            said += [point.name[locale], *point.references[locale], *point.ask.get(locale, ())]
    return [(text, topic.id) for text in said]


def _is_about_it(pack: QuestionPack, row: ChoiceRow) -> bool:
    """Tell whether a message speaks of the topic that it leads to, and of nothing else.

    After an opening it does. Of topics that are not judged, a break for instance, nothing else
    says what leads there.
    """
    if not pack.topic(row.next_topic).kind.judged:
        return True
    return row.topic == pack.start and row.kind != "default"


def _matrix(letters: LetterVocabulary, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    rows = []
    for text in texts:
        vector = letters.vector(text)
        places = np.flatnonzero(vector)
        rows.append((places, vector[places]))
    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    values = np.concatenate([weights for _, weights in rows])
    columns = np.concatenate([places for places, _ in rows])
    return scipy.sparse.csr_matrix((values, columns, starts), (len(texts), len(letters.codes)))


def _largest(weight: FloatArray) -> FloatArray:
    """Return the weights with all but the largest set to zero."""
    if weight.size <= KEPT_WEIGHTS:
        return weight
    least = np.partition(np.abs(weight).ravel(), -KEPT_WEIGHTS)[-KEPT_WEIGHTS]
    return np.where(np.abs(weight) >= least, weight, np.float32(0))
