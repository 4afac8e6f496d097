"""What a stage made of labelled inputs, ranked over all candidates, and the figures of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from training.candidate_scores import CandidateScores, Truth


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled input and the judgement that the bot makes of it.

    Args:
        place: ``file:line`` where it was read.
        topic: the question that it replies to, as the file calls it.
        language: ``ko`` or ``en``.
        kind: how it was written; empty where the file does not say.
        text: what the user wrote.
        label: what is right.
        said: what the bot decides among what is legal.
        agreed: whether that is right; one entry a decision, of which an input may need several.
    """

    place: str
    topic: str
    language: str
    kind: str
    text: str
    label: str
    said: str
    agreed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Labelled inputs with their similarities to all candidates.

    Args:
        candidates: all that could be chosen.
        near: similarities, ``(inputs, candidates)``.
        truth: index of the right candidate of each input, ``(inputs,)``.
        outcomes: the inputs.
    """

    candidates: tuple[str, ...]
    near: FloatArray
    truth: Truth
    outcomes: tuple[Outcome, ...]

    @property
    def chosen(self) -> Truth:
        """Index of the nearest candidate of each input."""
        return np.asarray(self.near.argmax(axis=1), dtype=np.int64)

    def figures(self) -> dict[str, Any]:
        """Return all figures, JSON-ready.

        ``accuracy``, ``mean_diff``, ``mse``, ``mae`` and ``corr`` rank all candidates;
        ``accuracy_legal`` is the share of decisions that the bot makes rightly.
        """
        return {
            **CandidateScores.of(self.near, self.truth).rounded(),
            "accuracy_legal": _share([a for o in self.outcomes for a in o.agreed]),
            "per_language": self._by(lambda outcome: outcome.language),
            "per_topic": self._by(lambda outcome: outcome.topic),
            "per_kind": self._by(lambda outcome: outcome.kind),
            "confusion": self.confusion(),
            "wrong": [self._shown(index) for index in self.wrong()],
        }

    def wrong(self) -> list[int]:
        """Return the inputs for which another candidate is nearest or the bot decides wrongly."""
        right = self.chosen == self.truth
        return [i for i, o in enumerate(self.outcomes) if not (right[i] and all(o.agreed))]

    def _shown(self, index: int) -> dict[str, str | float]:
        """Return one input with what was chosen and how near that and the truth were."""
        outcome, chosen = self.outcomes[index], int(self.chosen[index])
        return {
            "place": outcome.place,
            "topic": outcome.topic,
            "text": outcome.text,
            "label": outcome.label,
            "nearest": self.candidates[chosen],
            "similarity": round(float(self.near[index, chosen]), 4),
            "similarity_of_label": round(float(self.near[index, self.truth[index]]), 4),
            "legal": outcome.said,
        }

    def confusion(self) -> dict[str, dict[str, int]]:
        """Return label → what was nearest → how often."""
        counted: dict[str, Counter[str]] = {}
        for right, chosen in zip(self.truth, self.chosen, strict=True):
            row = counted.setdefault(self.candidates[right], Counter())
            row[self.candidates[chosen]] += 1
        return {label: dict(row.most_common()) for label, row in counted.items()}

    def _by(self, name_of: Callable[[Outcome], str]) -> dict[str, dict[str, float | int | None]]:
        """Return figures by a property of the inputs, those without it left out."""
        groups: dict[str, list[int]] = {}
        for index, outcome in enumerate(self.outcomes):
            if name := name_of(outcome):
                groups.setdefault(name, []).append(index)
        right = self.chosen == self.truth
        return {
            name: {
                "n": len(members),
                "accuracy": _share([bool(right[i]) for i in members]),
                "accuracy_legal": _share([a for i in members for a in self.outcomes[i].agreed]),
            }
            for name, members in sorted(groups.items())
        }


def _share(of: Sequence[bool]) -> float | None:
    return round(sum(of) / len(of), 4) if of else None
