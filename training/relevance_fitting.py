"""Fits what tells whether a question asks the next topic (`engine.utterance_relevance`).

Questions of the labelled utterances are held against their own turn and against turns that want
another topic: one that the interview could have gone to, or should have stayed on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.arrays import FloatArray
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.sentences import last_question
from engine.topic_likeness import FACTS, TopicLikeness
from engine.utterance_relevance import RelevanceLayer, asks_outright, wordings
from training.utterance_prompts import turn_of
from training.utterance_rows import UtteranceRow

STAY, MOVE = "stay", "move"
# How many good questions may be turned away: another try costs little. Where a topic is opened,
# the same share lets more questions about other topics through.
FALSE_ALARMS: Mapping[str, float] = {STAY: 0.007, MOVE: 0.008}
# Other topics that each question is held against.
_OTHERS = 3
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class HeldQuestion:
    """A question, held against a turn.

    Args:
        locale: its language.
        mode: `STAY` or `MOVE`, what the turn wants.
        family: wordings of one situation share it.
        facts: of each wording that may be taken for the question: ``(wordings, facts)``.
        asks: whether it asks what the turn wants.
    """

    locale: str
    mode: str
    family: str
    facts: FloatArray
    asks: bool


def hold_questions(rows: Sequence[UtteranceRow], pack: QuestionPack) -> list[HeldQuestion]:
    """Return the questions of utterances, each held against its own turn and against others."""
    topics = {locale: TopicLikeness(pack, locale) for locale in pack.locales}
    staying: dict[tuple[str, str], list[SpokenTurn]] = {}
    for row in rows:
        if row.next_topic == row.topic and pack.topic(row.topic).kind.judged:
            staying.setdefault((row.locale, row.topic), []).append(turn_of(row, pack))
    draw, held = random.Random(0), []
    for row in rows:
        known = topics[row.locale]
        if not pack.topic(row.next_topic).kind.judged or not last_question(row.utterance):
            continue
        turns = [(turn_of(row, pack), True)]
        turns += [(turn, False) for turn in _others(row, pack, staying, draw)]
        for turn, asks in turns:
            asked = wordings(row.utterance, known, turn)
            held.append(
                HeldQuestion(
                    locale=row.locale,
                    mode=STAY if known.stays(turn) else MOVE,
                    family=f"{row.topic}/{row.family}",
                    facts=np.stack([known.facts(text, turn) for text in asked]),
                    asks=asks,
                )
            )
    return held


def fit_relevance(held: Sequence[HeldQuestion]) -> dict[str, dict[str, Any]]:
    """Return the layers by language and mode, JSON-ready, each with the bias that it objects by."""
    found: dict[str, dict[str, Any]] = {}
    for locale in sorted({one.locale for one in held}):
        for mode in (STAY, MOVE):
            own = [one for one in held if (one.locale, one.mode) == (locale, mode)]
            if len({one.asks for one in own}) < 2:
                continue
            layer = _fitted(own)
            found.setdefault(locale, {})[mode] = {
                "weights": dict(zip(FACTS, map(_short, layer.weights), strict=True)),
                "bias": _short(layer.bias - _floor(own, mode)),
            }
    return {locale: modes for locale, modes in found.items() if len(modes) == 2}


def relevance_figures(
    layers: Mapping[str, Mapping[str, Any]], held: Sequence[HeldQuestion]
) -> dict[str, dict[str, float]]:
    """Return how many questions are turned away that ask the topic, and how many others pass."""
    figures: dict[str, dict[str, float]] = {}
    for locale, modes in layers.items():
        figures[locale] = {}
        for mode, given in modes.items():
            weights = np.array([given["weights"][name] for name in FACTS], dtype=np.float32)
            layer = RelevanceLayer(weights, given["bias"])
            own = [one for one in held if (one.locale, one.mode) == (locale, mode)]
            passed = {
                asks: [_passes(layer, one) for one in own if one.asks is asks]
                for asks in (True, False)
            }
            figures[locale] |= {
                f"{mode}_n": len(passed[True]),
                f"{mode}_refused": round(1 - float(np.mean(passed[True] or [True])), 4),
                f"{mode}_n_other": len(passed[False]),
                f"{mode}_other_passed": round(float(np.mean(passed[False] or [False])), 4),
            }
    return figures


def _others(
    row: UtteranceRow,
    pack: QuestionPack,
    staying: Mapping[tuple[str, str], Sequence[SpokenTurn]],
    draw: random.Random,
) -> Iterator[SpokenTurn]:
    """Yield turns that want another topic than a row's utterance asks."""
    around = {row.topic, *pack.topic(row.topic).next, *pack.topic(row.next_topic).next}
    others = sorted(o for o in around if o != row.next_topic and pack.topic(o).kind.judged)
    for other in draw.sample(others, min(_OTHERS, len(others))):
        topic = pack.topic(other)
        if other != row.topic:
            yield replace(
                turn_of(row, pack),
                next_title=topic.title[row.locale],
                next_question=next(iter(topic.question[row.locale]), ""),
            )
        if (row.locale, other) in staying:
            yield draw.choice(staying[row.locale, other])


def _fitted(held: Sequence[HeldQuestion]) -> RelevanceLayer:
    # The question itself is the first wording; a sentence before it is tried only when judging.
    facts = np.stack([one.facts[0] for one in held])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(facts, [one.asks for one in held])
    scaler, linear = model[0], model[-1]
    weights = linear.coef_[0] / scaler.scale_
    bias = float(linear.intercept_[0] - weights @ scaler.mean_)
    return RelevanceLayer(weights.astype(np.float32), bias)


def _floor(held: Sequence[HeldQuestion], mode: str) -> float:
    """Return the score that good questions have but for a few, each from unseen families."""
    scores: list[float] = []
    groups = [one.family for one in held]
    folds = min(_FOLDS, len(set(groups)))
    for seen, unseen in GroupKFold(folds).split(held, groups=groups):
        layer = _fitted([held[i] for i in seen])
        scores += [_best(layer, held[i]) for i in unseen if held[i].asks]
    return float(np.quantile(scores, FALSE_ALARMS[mode]))


def _passes(layer: RelevanceLayer, held: HeldQuestion) -> bool:
    return any(map(asks_outright, held.facts)) or _best(layer, held) >= 0


def _best(layer: RelevanceLayer, held: HeldQuestion) -> float:
    return max(layer.score(facts) for facts in held.facts)


def _short(number: float) -> float:
    return round(float(number), 4)
