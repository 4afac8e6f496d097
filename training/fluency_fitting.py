"""Fits what tells sentences from nonsense (`engine.fluency`).

Pairs of words are counted in utterances, in what packs say and in what people type, all of the
training split. Good utterances and nonsense made of them are then weighed by tables that have seen
neither.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.arrays import FloatArray
from engine.fluency import (
    COARSE,
    COMMON,
    DENSE,
    DENSELY,
    ENDING,
    FINE,
    FREQUENT,
    FluencyLayer,
    PairTable,
    WordClasses,
    fluency_facts,
    judged_parts,
    pair_code,
    pairs,
)
from engine.word_runs import word_runs
from training.good_texts import FOLDS, PACK, TYPED, UTTERANCE, GoodText
from training.word_salad import salads

# One good utterance in so many may be turned away; it costs another try.
FALSE_ALARMS = 0.001
# Too near to sense to learn from: they are only measured.
_ONLY_MEASURED = frozenset({"spliced", "chained_words"})
_GOOD = frozenset({UTTERANCE, PACK, TYPED})
# Of these, the first sentence is as good or as bad as the text.
_BY_SENTENCE = frozenset({UTTERANCE, "lost_reaction", "shuffled_between_marks"})
_SALADS = 60
# Of the nonsense that figures are taken on.
_MEASURED_SEED = 99
# Texts of each other kind that a fold is weighed on.
_WEIGHED = 250
# How often a word, and a two-letter ending, must be seen to be a class of its own.
_FREQUENT, _ENDING = 4, 40
# So many words are classes of their own at the coarser levels, by language.
_COMMON: Mapping[str, int] = {"ko": 120, "en": 250}
_DENSELY: Mapping[str, int] = {"ko": 70, "en": 150}


def fit_fluency(texts: Sequence[GoodText]) -> dict[str, FluencyLayer]:
    """Return the layers by language, each with the bias that it objects by."""
    layers = {}
    for locale in sorted({text.locale for text in texts}):
        own = [text for text in texts if text.locale == locale]
        weights, bias = _fitted(own, locale)
        layers[locale] = FluencyLayer(
            locale=locale,
            table=learn_table([text.text for text in own], locale),
            weights=np.round(weights, 4).astype(np.float32),
            bias=round(bias, 4),
        )
    return layers


def _fitted(texts: Sequence[GoodText], locale: str) -> tuple[FloatArray, float]:
    """Return the weights of facts, and the bias that lets all but a few utterances pass."""
    weighed = _weighed(texts, locale)
    learnt = [(kind, facts[0]) for kind, facts in weighed if kind not in _ONLY_MEASURED]
    # Sentences on their own are what a text is judged by, too.
    learnt += [
        (kind, facts[1]) for kind, facts in weighed if kind in _BY_SENTENCE and len(facts) > 1
    ]
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    model.fit(np.stack([facts for _, facts in learnt]), [kind in _GOOD for kind, _ in learnt])
    weights = np.asarray(model[-1].coef_[0] / model[0].scale_, dtype=np.float32)
    scores = [min(each @ weights for each in facts) for kind, facts in weighed if kind == UTTERANCE]
    return weights, -float(np.quantile(scores, FALSE_ALARMS))


def fluency_figures(layer: FluencyLayer, utterances: Sequence[str]) -> dict[str, float]:
    """Return the share of good utterances, and of each kind of nonsense, that is turned away."""
    refused = [layer.score(text) < 0 for text in utterances]
    found: dict[str, list[bool]] = {}
    for kind, text in salads(utterances, _MEASURED_SEED, _SALADS):
        found.setdefault(kind, []).append(layer.score(text) < 0)
    return {
        "n": len(refused),
        "refused": round(float(np.mean(refused)), 4),
        **{f"{kind}_noticed": round(float(np.mean(each)), 4) for kind, each in found.items()},
    }


def learn_table(texts: Sequence[str], locale: str) -> PairTable:
    """Return how often each class and each pair of them occurs in some texts.

    Pairs that occur once tell of one writer alone.
    """
    runs = [run for text in texts for run in word_runs(text, locale)]
    counts = _marks(Counter(word for run in runs for word in run[1:-1]), locale)
    total = sum(len(run) for run in runs)
    classes = WordClasses(locale, PairTable(counts, total))
    single: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, tuple[str, str]]] = Counter()
    for run in runs:
        for kind in (FINE, COARSE, DENSE):
            single.update((kind, piece) for piece in classes.of(run, kind))
        seen.update(pairs(run, classes))
    kept = {pair_code(kind, pair): times for (kind, pair), times in seen.items() if times > 1}
    alone = {pair_code(kind, [piece]): times for (kind, piece), times in single.items()}
    return PairTable({**kept, **alone, **counts}, total)


def _marks(words: Counter[str], locale: str) -> dict[int, int]:
    """Return the marks of words and endings that are classes of their own."""
    endings: Counter[str] = Counter()
    last: Counter[str] = Counter()
    for word, times in words.items():
        endings[word[-2:]] += times
        last[word[-1] if locale == "ko" else word] += times
    marked = [(FREQUENT, word) for word, times in words.items() if times >= _FREQUENT]
    marked += [(COMMON, word) for word, _ in words.most_common(_COMMON[locale])]
    marked += [(DENSELY, known) for known, _ in last.most_common(_DENSELY[locale])]
    if locale == "ko":
        marked += [(ENDING, two) for two, times in endings.items() if times >= _ENDING]
    return {pair_code(kind, [piece]): 1 for kind, piece in marked}


def _weighed(texts: Sequence[GoodText], locale: str) -> list[tuple[str, list[FloatArray]]]:
    """Return good texts and nonsense as kind and facts, by tables of other folds.

    The first facts are of the whole text, the others of its sentences.
    """
    found = []
    for fold in range(FOLDS):
        table = learn_table([text.text for text in texts if text.fold != fold], locale)
        for kind, text in _samples([text for text in texts if text.fold == fold], seed=fold):
            facts = [fluency_facts(part, locale, table) for part in judged_parts(text)]
            found.append((kind, facts))
    return found


def _samples(texts: Sequence[GoodText], seed: int) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    by_kind: dict[str, list[str]] = {}
    for text in texts:
        by_kind.setdefault(text.kind, []).append(text.text)
    utterances = by_kind.get(UTTERANCE, [])
    found = [(UTTERANCE, text) for text in utterances]
    for kind in (PACK, TYPED):
        others = by_kind.get(kind, [])
        found += [(kind, text) for text in chance.sample(others, min(_WEIGHED, len(others)))]
    if utterances:
        found += salads(utterances, seed, _SALADS)
    return found
