"""Fits the head that hears what an utterance says of an answer (`engine.stance_head`).

It learns from the labelled utterances of the training split, from the reactions that the pack and
the curated lines hold, and from the half of the judged utterances that checks may learn from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from engine.curated_lines import load_reactions
from engine.intent_head import SoftmaxLayer
from engine.outcomes import Outcome, language_of
from engine.questions import QuestionPack
from engine.sentences import reaction
from engine.stance_head import FAILING, RIGHT, STANCES, Limits, StanceLayer
from training.checked_rows import CheckedRow
from training.letter_learning import learn_letters
from training.rows import Split
from training.softmax_layer import softmax_layer
from training.utterance_rows import UtteranceRow

LEAST_TEXTS = 2
STRENGTH = 10.0
# One good utterance in two hundred may be turned away: it costs another try.
FALSE_ALARMS = 0.005
FOLDS = 5
_PLACEHOLDER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is said before the next question, with what it reacts to.

    Args:
        locale: ``ko`` or ``en``.
        text: the words.
        stance: what they react to.
        family: wordings of one situation share it.
    """

    locale: str
    text: str
    stance: str
    family: str = ""


def fit_stances(reactions: Iterable[Reaction]) -> StanceLayer:
    """Return a layer that tells what reactions react to."""
    known = list(reactions)
    letters = learn_letters([r.text for r in known], LEAST_TEXTS)
    # Row by row: all of them dense would take a gigabyte.
    features = vstack([csr_matrix(letters.vector(r.text)) for r in known])
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000)
    model.fit(features, [r.stance for r in known])
    return StanceLayer(
        letters, SoftmaxLayer(*softmax_layer(model)), tuple(map(str, model.classes_))
    )


def written_reactions(pack: QuestionPack) -> Iterator[Reaction]:
    """Yield the reactions of a pack and of the generic lines."""
    pools = [topic.reactions for topic in pack]
    for outcomes in pools:
        for outcome, texts in outcomes.items():
            for spoken, lines in texts.items():
                yield from _reactions(spoken, outcome, lines)
    for spoken, generic in load_reactions().items():
        for outcome, lines in generic.items():
            yield from _reactions(spoken, outcome, lines)
    for topic in pack:
        for point in topic.points:
            for spoken, wrong in point.wrong.items():
                yield from _reactions(spoken, Outcome.WRONG, (w.nudge or "" for w in wrong))


def _reactions(spoken: str, outcome: str, lines: Iterable[str]) -> Iterator[Reaction]:
    if outcome not in set(Outcome) or Outcome(outcome) not in STANCES:
        return
    for line in lines:
        text = _PLACEHOLDER.sub("", reaction(line) or line)
        if text:
            yield Reaction(language_of(spoken), text, STANCES[Outcome(outcome)])


def reactions_of_checked(rows: Iterable[CheckedRow]) -> Iterator[Reaction]:
    """Yield the reactions that people let pass: worded as language models at large word them."""
    for row in rows:
        if not row.faults and row.turn.outcome in STANCES and (text := reaction(row.utterance)):
            yield Reaction(row.turn.locale, text, STANCES[row.turn.outcome])


def reactions_of_rows(rows: Iterable[UtteranceRow], split: Split) -> Iterator[Reaction]:
    """Yield the reactions of a split."""
    for row in rows:
        if row.split == split and row.outcome in STANCES and (text := reaction(row.utterance)):
            yield Reaction(row.locale, text, STANCES[row.outcome], f"{row.topic}/{row.family}")


def find_limits(learnt: Sequence[Reaction], written: Sequence[Reaction]) -> dict[str, Limits]:
    """Return how sure the head must be, from reactions of families that it has not seen.

    Args:
        learnt: reactions to set the limits by, each judged by a head fitted without its family.
        written: reactions that every head learns from.
    """
    locales = sorted({r.locale for r in learnt})
    praise: dict[str, list[float]] = {locale: [] for locale in locales}
    rejection: dict[str, list[float]] = {locale: [] for locale in locales}
    folds = GroupKFold(FOLDS).split(learnt, groups=[r.family for r in learnt])
    for seen, unseen in folds:
        layer = fit_stances([*(learnt[i] for i in seen), *written])
        for judged in (learnt[i] for i in unseen):
            right, failing = layer.approval(judged.text)
            if judged.stance in FAILING:
                praise[judged.locale].append(right)
            elif judged.stance == RIGHT:
                rejection[judged.locale].append(failing)
    return {locale: Limits(_limit(praise[locale]), _limit(rejection[locale])) for locale in locales}


def _limit(sure: Sequence[float]) -> float:
    return round(float(np.quantile(sure, 1 - FALSE_ALARMS)), 4)


def stance_figures(
    layer: StanceLayer, limits: Limits, locale: str, reactions: Sequence[Reaction]
) -> dict[str, float]:
    """Return how many reactions are objected to, in their place and in the opposite one."""
    own = [r for r in reactions if r.locale == locale]
    right = [layer.approval(r.text) for r in own if r.stance == RIGHT]
    failing = [layer.approval(r.text) for r in own if r.stance in FAILING]
    return {
        "n_right": len(right),
        "n_failing": len(failing),
        "praise_caught": _share(praise > limits.praise for praise, _ in right),
        "praise_imagined": _share(praise > limits.praise for praise, _ in failing),
        "rejection_caught": _share(rejection > limits.rejection for _, rejection in failing),
        "rejection_imagined": _share(rejection > limits.rejection for _, rejection in right),
    }


def _share(found: Iterable[bool]) -> float:
    return round(float(np.mean([*found])), 4)
