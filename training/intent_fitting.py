"""Fits the intent head of stage 1 and scores it: what is a message?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from engine.arrays import FloatArray
from engine.contract import Intent
from engine.intent_head import INTENT_FILE, IntentHead, IntentLayers, SoftmaxLayer
from engine.intents import intent_by_wording, normalise
from training.letter_learning import learn_letters
from training.rows import AnswerRow, IntentRow, Split
from training.softmax_layer import softmax_layer

Labels: TypeAlias = npt.NDArray[np.str_]

FLOORS = tuple(round(0.3 + 0.05 * i, 2) for i in range(14))
ANSWERS_KEPT = 0.975
# n-grams of fewer messages are not worth their space.
LEAST_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Messages:
    """Labelled messages of all kinds, with their vectors.

    Args:
        texts: what was typed.
        intents: what each is.
        splits: the split of each.
    """

    texts: tuple[str, ...]
    intents: Labels
    splits: Labels

    @classmethod
    def of(
        cls,
        answers: Sequence[AnswerRow],
        intents: Sequence[IntentRow],
        names: Sequence[str] = (),
    ) -> Messages:
        """Put both kinds of rows together, and names of concepts, which answer a question alone.

        Args:
            answers: labelled answers.
            intents: labelled messages.
            names: to learn from only.
        """
        rows: list[tuple[str, str, Split]]
        rows = [(r.answer, _class(r.intent, r.kind), r.split) for r in answers]
        rows += [(r.text, _class(r.intent, r.kind), r.split) for r in intents]
        rows += [(name, Intent.ANSWER.value, "train") for name in names]
        return cls(
            texts=tuple(text for text, _, _ in rows),
            intents=np.array([intent for _, intent, _ in rows]),
            splits=np.array([split for _, _, split in rows]),
        )

    def only(self, split: Split) -> Messages:
        """Return those of one split."""
        kept = self.splits == split
        texts = tuple(t for t, keep in zip(self.texts, kept, strict=True) if keep)
        return Messages(texts, self.intents[kept], self.splits[kept])


def fit_intents(messages: Messages, vectors: FloatArray, out: Path) -> dict[str, Any]:
    """Fit the layers on train rows and choose the head's floor on validation rows.

    Args:
        messages: labelled messages of all splits.
        vectors: their unit vectors.
        out: the answer evaluator's folder; takes the layers.

    Returns:
        What `IntentHead` needs of the manifest's config.
    """
    learned, tuned = messages.splits == "train", messages.splits == "validation"
    texts = [normalise(text) for text in messages.only("train").texts]
    letters = learn_letters(texts, LEAST_TEXTS)
    worded = sparse.vstack([sparse.csr_matrix(letters.vector(text)) for text in texts]).tocsr()
    both = sparse.hstack([sparse.csr_matrix(vectors[learned]), worded]).tocsr()
    wanted = messages.intents[learned]
    models = [_logistic_regression(features, wanted) for features in (both, worded)]
    classes = np.array([str(name) for name in models[0].classes_])
    layers = IntentLayers(letters, *(SoftmaxLayer(*softmax_layer(model)) for model in models))
    layers.save(out / INTENT_FILE)
    held_out = messages.only("validation")
    pairs = zip(held_out.texts, vectors[tuned], strict=True)
    probabilities = np.stack([layers.probabilities(text, vector) for text, vector in pairs])
    floor = _choose_floor(classes, probabilities, held_out.intents)
    return {"intents": classes.tolist(), "intent_floor": floor}


def _logistic_regression(features: sparse.csr_matrix, wanted: Labels) -> LogisticRegression:
    model = LogisticRegression(C=20.0, max_iter=500, class_weight="balanced")
    return model.fit(features, wanted)


def score_intents(head: IntentHead, messages: Messages, vectors: FloatArray) -> dict[str, Any]:
    """Return how well wording and head together recognise messages, as the stage uses them."""
    read = np.array(
        [
            str(intent_by_wording(text) or head.read(text, vector))
            for text, vector in zip(messages.texts, vectors, strict=True)
        ]
    )
    wanted = messages.intents
    return {
        "split": "test",
        "n": len(wanted),
        "intent_accuracy": round(float((wanted == read).mean()), 4),
        "intent_recall": {
            str(name): round(float((read[wanted == name] == name).mean()), 4)
            for name in sorted(set(wanted))
        },
    }


def _class(intent: Intent, kind: str) -> str:
    return Intent.INSULT.value if kind == "insult" else intent.value


def _choose_floor(classes: Labels, probabilities: FloatArray, wanted: Labels) -> float:
    """Return the lowest floor at which enough answers are still read as answers.

    An answer that is taken for chit-chat is lost; chit-chat taken for an answer covers nothing.
    """
    answers = wanted == Intent.ANSWER.value
    read = classes[probabilities.argmax(axis=1)]
    for floor in FLOORS:
        kept = (probabilities.max(axis=1) < floor) | (read == Intent.ANSWER.value)
        if not answers.any() or kept[answers].mean() >= ANSWERS_KEPT:
            return floor
    return FLOORS[-1]
