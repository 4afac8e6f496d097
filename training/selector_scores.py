"""How well a selector chooses: what speaks for each topic that may follow, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.question_selector import WordsOpinion, context_text, topic_text
from engine.questions import QuestionPack
from engine.topic_reach import reach
from engine.topic_words import TopicWords
from training.candidate_scores import mean_diff
from training.rows import ChoiceRow

MARGINS = tuple(round(0.02 * i, 2) for i in range(20))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What speaks for the topics that may follow a row.

    Args:
        ways: the topics that each candidate stands for, itself first; the default one's first.
        near: topic → cosine similarity of the context to it.
        said: topic → log-odds of the words; empty where nobody asked them.
        wanted: index of the labelled candidate.
        nowhere: whether the message says nothing of where to go.
    """

    ways: tuple[tuple[str, ...], ...]
    near: Mapping[str, float]
    said: Mapping[str, float]
    wanted: int
    nowhere: bool

    @property
    def nearness(self) -> FloatArray:
        """Cosine similarity of the context to each candidate itself: ``(candidates,)``."""
        return np.array([self.near[way[0]] for way in self.ways], dtype=np.float32)


def spoken(
    encode: Callable[[Sequence[str]], FloatArray],
    pack: QuestionPack,
    rows: Sequence[ChoiceRow],
    words: TopicWords | None = None,
) -> list[Spoken]:
    """Return what speaks for each legal next topic of each row.

    Args:
        encode: returns unit vectors.
        pack: the pack that the rows belong to.
        rows: labelled choices.
        words: the layer over letters; None for vectors alone.
    """
    if not rows:
        return []
    keys = [(topic.id, locale) for topic in pack for locale in pack.locales]
    vectors = encode([topic_text(pack.topic(topic), locale) for topic, locale in keys])
    topics = dict(zip(keys, vectors, strict=True))
    contexts = encode([context_text(pack.topic(r.topic), r.answer, r.locale) for r in rows])
    found = []
    for row, context in zip(rows, contexts, strict=True):
        following = pack.topic(row.topic).next
        ways = tuple(reach(pack, row.topic, following).values())
        found.append(
            Spoken(
                ways,
                {t: float(context @ topics[t, row.locale]) for way in ways for t in way},
                (words.scores(pack.id, row.answer) if words else None) or {},
                following.index(row.next_topic),
                row.kind == "default",
            )
        )
    return found


def accuracy(rows: Sequence[Spoken], margin: float, opinion: WordsOpinion | None = None) -> float:
    """Return the share of rows for which the selector would choose the labelled topic.

    Args:
        rows: what speaks; with the words of the opinion, if there is one.
        margin: of the vectors alone; unused beside an opinion.
        opinion: of the words.
    """
    right = 0
    for row in rows:
        if opinion is not None:
            chosen = int(opinion.odds(row.near, row.said, row.ways).argmax())
        else:
            best = int(row.nearness.argmax())
            chosen = best if row.nearness[best] > row.nearness[0] + margin else 0
        right += row.wanted == chosen
    return right / len(rows)


def best_margin(rows: Sequence[Spoken]) -> float:
    """Return the margin with which vectors alone are right most often."""
    return max(MARGINS, key=lambda margin: accuracy(rows, margin))


def mean_nearness(rows: Sequence[Spoken]) -> float:
    """Return Mean_Diff over the rows that leave a choice; 0 where none does."""
    choices = [row for row in rows if len(row.ways) > 1]
    diffs = [mean_diff(row.nearness[None], np.array([row.wanted])) for row in choices]
    return float(np.mean(diffs)) if diffs else 0.0


def metrics(rows: Sequence[Spoken], margin: float, opinion: WordsOpinion | None) -> dict[str, Any]:
    """Return what a manifest says of the test split."""
    return {
        "split": "test",
        "n": len(rows),
        "accuracy_legal": round(accuracy(rows, margin, opinion), 4),
        "accuracy_of_vectors": round(accuracy(rows, margin), 4),
        "accuracy_of_default": round(sum(row.wanted == 0 for row in rows) / len(rows), 4),
    }
