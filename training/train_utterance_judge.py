"""Fits the head that hears what an utterance says of an answer, for the checks on utterances.

    python -m training.train_utterance_judge --out runs/utterance_judge

It learns from the labelled utterances of the training split, from the reactions that the pack and
the curated lines hold, and from the half of the judged utterances that checks may learn from, on a
processor in about a minute. How sure it must be before it objects is set by cross-validation over
the families of the training split; the other splits are only scored.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from engine.artifacts import UTTERANCE_JUDGE, Manifest, file_sha256, write_manifest
from engine.curated_generator import load_reactions
from engine.errors import EngineError
from engine.intent_head import SoftmaxLayer
from engine.loading import PACKS
from engine.outcomes import Outcome, language_of
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.sentences import reaction
from engine.stance_head import FAILING, RIGHT, STANCE_FILE, STANCES, Limits, StanceLayer
from training.checked_rows import CHECKED, CheckedRow, read_checked
from training.errors import TrainingError
from training.letter_learning import learn_letters
from training.rows import Split
from training.rows_digest import rows_sha256
from training.softmax_layer import softmax_layer
from training.utterance_rows import UtteranceRow, read_utterances

UTTERANCES = PACKS.parent / "utterances"
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


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, score and store the head; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        pack = read_pack(options.pack)
        rows = read_utterances(options.data)
        checked = read_checked(options.checked, pack)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    learnt, written = (
        list(_of_rows(rows, "train")),
        [*written_reactions(pack), *_of_checked(checked)],
    )
    layer = fit([*learnt, *written])
    limits = find_limits(learnt, written)
    options.out.mkdir(parents=True, exist_ok=True)
    layer.save(options.out / STANCE_FILE)
    manifest = Manifest(
        kind=UTTERANCE_JUDGE,
        base={},
        config={
            "stances": list(layer.stances),
            "limits": {locale: asdict(limit) for locale, limit in limits.items()},
        },
        data={
            "utterances": rows_sha256(options.data.glob("*.csv")),
            "checked": file_sha256(options.checked),
            "pack": f"{pack.id} {pack.version} {pack.digest}",
        },
        metrics={
            split: {
                locale: _score(layer, limits[locale], locale, list(_of_rows(rows, split)))
                for locale in limits
            }
            for split in ("validation", "test")
        },
        seed=0,
    )
    print(json.dumps(write_manifest(options.out, manifest).metrics, indent=2))
    return 0


def fit(reactions: Iterable[Reaction]) -> StanceLayer:
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


def _of_checked(rows: Iterable[CheckedRow]) -> Iterator[Reaction]:
    """Yield the reactions that people let pass: worded as language models at large word them."""
    for row in rows:
        if not row.faults and row.turn.outcome in STANCES and (text := reaction(row.utterance)):
            yield Reaction(row.turn.locale, text, STANCES[row.turn.outcome])


def _of_rows(rows: Iterable[UtteranceRow], split: Split) -> Iterator[Reaction]:
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
        layer = fit([*(learnt[i] for i in seen), *written])
        for judged in (learnt[i] for i in unseen):
            right, failing = layer.approval(judged.text)
            if judged.stance in FAILING:
                praise[judged.locale].append(right)
            elif judged.stance == RIGHT:
                rejection[judged.locale].append(failing)
    return {locale: Limits(_limit(praise[locale]), _limit(rejection[locale])) for locale in locales}


def _limit(sure: Sequence[float]) -> float:
    return round(float(np.quantile(sure, 1 - FALSE_ALARMS)), 4)


def _score(
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.train_utterance_judge",
        description="Fits the head that hears what an utterance says of an answer.",
    )
    add = parser.add_argument
    add("--pack", type=Path, default=PACKS / "ml-core", help="the pack that is talked about")
    add("--data", type=Path, default=UTTERANCES, help="folder with the labelled utterances")
    add(
        "--checked",
        type=Path,
        default=CHECKED / "validation.csv",
        help="utterances that people have judged, to learn from",
    )
    add("--out", type=Path, required=True, help="folder for the finished head")
    return parser


if __name__ == "__main__":
    sys.exit(main())
