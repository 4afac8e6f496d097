"""Hears what an utterance says of an answer where it is not said outright.

"이대로 교과서에 실어도 되겠다" praises, and "That would need labels, and there are none" rejects,
without a word that a list could hold. A linear layer over letter n-grams, fitted on the labelled
utterances and on the packs' own reactions, tells by how such reactions are worded. It speaks up
only where it is sure: what is said outright is the lists' part (`engine.outcome_agreement`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.artifacts import UTTERANCE_JUDGE, WEIGHTS, verify
from engine.errors import ArtifactError
from engine.intent_head import SoftmaxLayer
from engine.letter_features import LetterVocabulary
from engine.outcomes import Outcome
from engine.prompts import SpokenTurn
from engine.sentences import reaction

STANCE_FILE = "stances.safetensors"
RIGHT = "right"
# What the layer tells apart: the outcomes of answers, those with full credit as one.
STANCES: Mapping[Outcome, str] = {
    Outcome.COVERED: RIGHT,
    Outcome.SEVERAL: RIGHT,
    Outcome.HEDGED: RIGHT,
    Outcome.MIXED: "mixed",
    Outcome.PARTIAL: "partial",
    Outcome.WRONG: "wrong",
    Outcome.UNSURE: "unsure",
    Outcome.MISSING: "missing",
    Outcome.DONT_KNOW: "dont_know",
}
# "Okay." and "알겠어." tell nothing.
_SHORTEST = 8
FAILING = ("wrong", "unsure", "missing", "dont_know")


@dataclass(frozen=True, slots=True)
class StanceLayer:
    """What is stored of the head.

    Args:
        letters: the n-grams of the reactions that were learnt from.
        layer: reads their weights.
        stances: names of the layer's classes.
    """

    letters: LetterVocabulary
    layer: SoftmaxLayer
    stances: tuple[str, ...]

    def approval(self, text: str) -> tuple[float, float]:
        """Return how surely a reaction is to a right answer, and to one without credit: 0 to 1."""
        probabilities = self.layer.probabilities(self.letters.vector(text))
        by_stance = dict(zip(self.stances, map(float, probabilities), strict=True))
        return by_stance[RIGHT], sum(by_stance[stance] for stance in FAILING)

    def save(self, file: Path) -> None:
        """Store the layer, its weights in half precision."""
        parts = {
            "codes": self.letters.codes,
            "idf": self.letters.idf.astype(np.float16),
            "weight": np.ascontiguousarray(self.layer.weight, dtype=np.float16),
            "bias": np.asarray(self.layer.bias, dtype=np.float32),
        }
        save_file(parts, str(file))
        file.chmod(0o644)

    @classmethod
    def load(cls, file: Path, stances: tuple[str, ...]) -> StanceLayer:
        """Read what `save` stored.

        Raises:
            OSError, SafetensorError, KeyError: the file cannot be read, or a part is missing.
        """
        stored = load_file(str(file))
        letters = LetterVocabulary(stored["codes"], stored["idf"].astype(np.float32))
        layer = SoftmaxLayer(stored["weight"].astype(np.float32), stored["bias"])
        return cls(letters, layer, stances)


@dataclass(frozen=True, slots=True)
class Limits:
    """How sure the head must be, in one language, before it objects.

    Args:
        praise: to an answer without credit that is reacted to as to a right one.
        rejection: to a right answer that is reacted to as to one without credit.
    """

    praise: float
    rejection: float


class StanceHead:
    """Implements `Stances`.

    Args:
        layer: tells how surely a reaction approves.
        limits: locale → how sure it must be.
    """

    def __init__(self, layer: StanceLayer, limits: Mapping[str, Limits]) -> None:
        self._layer = layer
        self._limits = limits

    def contradicts(self, turn: SpokenTurn, text: str) -> bool:
        """Whether an utterance reacts as to another outcome."""
        stance, limits = STANCES.get(turn.outcome), self._limits.get(turn.locale)
        reacted = reaction(text)
        if stance is None or limits is None or len(reacted) < _SHORTEST:
            return False
        right, failing = self._layer.approval(reacted)
        if stance == RIGHT:
            return failing > limits.rejection
        return stance in FAILING and right > limits.praise


def load_stance_head(folder: Path = WEIGHTS / UTTERANCE_JUDGE) -> StanceHead:
    """Load the head that ships with the engine.

    Raises:
        ArtifactError: it is missing, altered, or does not fit its manifest.
    """
    config = verify(folder, UTTERANCE_JUDGE).config
    try:
        layer = StanceLayer.load(folder / STANCE_FILE, tuple(config["stances"]))
        limits = {locale: Limits(**given) for locale, given in config["limits"].items()}
        layer.approval("")
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ArtifactError(f"{folder / STANCE_FILE} cannot be used: {error}") from None
    return StanceHead(layer, limits)
