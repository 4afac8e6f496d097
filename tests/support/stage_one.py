"""Stand-ins for the models of stages 1 and 2 that can be reasoned about by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.contract import VerdictStatus
from engine.letter_features import LetterVocabulary, ngram_counts
from engine.point_heads import AnswerPieces
from engine.ports import VERIFIER_CLASSES
from engine.verdicts import FEATURES, FEATURES_WITH_HEAD, VerdictPolicies, VerdictPolicy
from engine.word_pairs import PairVocabulary, pair_counts

_WIDTH = 512


class WordEncoder:
    """Each word has a dimension of its own: the cosine of two texts is the share of their words.

    ``calls`` lists what was asked for: (texts, adapter).
    """

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[str, ...], str]] = []
        self._dimensions: dict[str, int] = {}

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        self.calls.append((tuple(texts), adapter))
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text: str) -> FloatArray:
        vector = np.zeros(_WIDTH, dtype=np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[self._dimensions.setdefault(word, len(self._dimensions))] += 1
        return np.asarray(vector / max(1.0, float(np.linalg.norm(vector))), dtype=np.float32)


class WordVerifier:
    """Judges by single words: point name → word → verdict; what has no such word is missing.

    ``calls`` lists the pairs of each call.
    """

    def __init__(self, rules: Mapping[str, Mapping[str, VerdictStatus]]) -> None:
        self.calls: list[tuple[tuple[str, str], ...]] = []
        self._rules = rules

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        self.calls.append(tuple(pairs))
        return np.stack([self._logits(context, message) for context, message in pairs])

    def _logits(self, context: str, message: str) -> FloatArray:
        rules = self._rules.get(context.partition(" | ")[0], {})
        verdicts = [status for word, status in rules.items() if word in message]
        logits = np.zeros(len(VERIFIER_CLASSES), dtype=np.float32)
        logits[VERIFIER_CLASSES.index(verdicts[0] if verdicts else VerdictStatus.MISSING)] = 5
        return logits


def plain_policy(
    *, covered: float = 0.5, wrong: float = 0.5, unsure: float = 0.3, partial: float = 0.5
) -> VerdictPolicy:
    """Return a policy that believes the verifier's logits and nothing else."""
    weights = np.eye(len(VERIFIER_CLASSES), FEATURES, dtype=np.float32)
    bias = np.zeros(len(VERIFIER_CLASSES), dtype=np.float32)
    return VerdictPolicy(weights, bias, covered, wrong, unsure, partial)


def plain_policies() -> VerdictPolicies:
    """Return policies that believe the verifier alone, or the head where there is one."""
    weights = np.zeros((len(VERIFIER_CLASSES), FEATURES_WITH_HEAD), dtype=np.float32)
    weights[0, -1] = 1
    bias = np.zeros(len(VERIFIER_CLASSES), dtype=np.float32)
    return VerdictPolicies(VerdictPolicy(weights, bias, 0.5, 0.5, 0.3, 0.5), plain_policy())


def letters_of(*texts: str) -> LetterVocabulary:
    """The letter n-grams of some texts, all worth the same."""
    codes = np.array(sorted({c for text in texts for c in ngram_counts(text)}), dtype=np.uint32)
    return LetterVocabulary(codes, np.ones(len(codes), dtype=np.float32))


def pairs_of(*texts: str) -> PairVocabulary:
    """The pairs of words of some texts, all worth the same."""
    codes = np.array(sorted({c for text in texts for c in pair_counts(text)}), dtype=np.uint32)
    return PairVocabulary(codes, np.ones(len(codes), dtype=np.float32))


def pieces_of(*texts: str) -> AnswerPieces:
    """What some texts are made of, all worth the same."""
    return AnswerPieces(letters_of(*texts), pairs_of(*texts))
