"""Notices an utterance that is no sentence: words without order, scraps of several, a stuck loop.

Words are put into classes of three kinds, from fine (frequent words as they are) to dense (how
they end), and pairs of classes are counted in texts of this project. What speaks against a text
are pairs that ought to have been seen by how frequent their parts are, and were not.
Rare words have little to be expected of, so that nothing is held against what is merely unusual.
A linear layer weighs all of it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.arrays import FloatArray
from engine.artifacts import UTTERANCE_JUDGE, WEIGHTS, verify
from engine.errors import ArtifactError
from engine.prompts import SpokenTurn
from engine.sentences import sentences
from engine.word_runs import NUMBER, word_runs

FLUENCY_FILE = "fluency.safetensors"
FINE, COARSE, DENSE, SKIPPED = "f", "c", "d", "s"
# What marks a word, or an ending, that is a class of its own.
FREQUENT, COMMON, ENDING, DENSELY = "w", "m", "e", "t"
# Pairs that are looked at: of neighbours in each kind of class, and of those with one between.
MEASURES = (FINE, COARSE, SKIPPED, DENSE)
FACTS = (
    *(f"{kind}2_{part}" for kind in MEASURES for part in ("all", "against")),
    "repeated",
    "length",
)
_ENGLISH_ENDINGS = (
    *("ing", "ed", "ly", "tion", "sion", "ness", "ment", "ity", "er", "or", "al", "ive", "ic"),
    *("ous", "able", "ize", "es", "s", "n't", "'s", "'re", "'ll", "'ve", "'d"),
)
_DENSE_ENDINGS = ("ng", "ed", "ly")
# Added to what was seen and to what was to be expected.
_SMOOTHING = 0.5
_LEAST, _MOST = -2.5, 2.0
# Counts are stored as logarithms in so many steps: a byte each, exact for small ones.
_STEPS = 15.0
# A gap that is wider takes several steps, each of which is marked as no code.
_WIDEST_GAP, _NO_CODE = 65_535, 255
# Words that count as neither for nor against: the fewer there are, the less is said.
_PATIENCE = 6
_MOST_REPEATED = 6


class PairTable:
    """How often each class and each pair of them was seen, by its 32-bit code.

    Args:
        counts: code → how often.
        words: how many words there were.
    """

    def __init__(self, counts: Mapping[int, int], words: int) -> None:
        self.counts = counts
        self.words = words

    def seen(self, kind: str, pieces: Sequence[str]) -> int:
        """Return how often a class or a pair was seen."""
        return self.counts.get(pair_code(kind, pieces), 0)

    def surprise(self, kind: str, pair: Sequence[str]) -> float:
        """Return how much more often a pair was seen than its parts let expect: a logarithm."""
        parts = COARSE if kind == SKIPPED else kind
        first, second = (self.seen(parts, [piece]) for piece in pair)
        found = math.log(
            (self.seen(kind, pair) + _SMOOTHING) / (first * second / self.words + _SMOOTHING)
        )
        return min(max(found, _LEAST), _MOST)


def pair_code(kind: str, pieces: Sequence[str]) -> int:
    """Return what a class or a pair is known by."""
    return zlib.crc32(f"{kind} {' '.join(pieces)}".encode())


class WordClasses:
    """Puts words into classes.

    Args:
        locale: the language.
        table: has the marks of words and endings that are classes of their own.
    """

    def __init__(self, locale: str, table: PairTable) -> None:
        self._korean = locale == "ko"
        self._table = table

    def of(self, run: Sequence[str], kind: str) -> list[str]:
        """Return the classes of a run of words; how it begins and ends stays as it is."""
        classify = {FINE: self._fine, COARSE: self._coarse, DENSE: self._dense}[kind]
        return [run[0], *map(classify, run[1:-1]), run[-1]]

    def _fine(self, word: str) -> str:
        return word if self._table.seen(FREQUENT, [word]) else self._coarse(word)

    def _coarse(self, word: str) -> str:
        if word == NUMBER or self._table.seen(COMMON, [word]):
            return word
        if self._korean:
            two = word[-2:]
            return f"~{two if self._table.seen(ENDING, [two]) else word[-1]}"
        return f"~{_ending(word, _ENGLISH_ENDINGS)}"

    def _dense(self, word: str) -> str:
        known = word[-1] if self._korean else word
        if self._table.seen(DENSELY, [known]):
            return known
        if self._korean:
            return "~"
        return f"~{_ending(word, _DENSE_ENDINGS) or _ending(word, ('s',))}"


@dataclass(frozen=True, slots=True)
class FluencyLayer:
    """What is stored for one language.

    Args:
        locale: the language.
        table: the pairs that were seen.
        weights: one a name of `FACTS`.
        bias: what is added; zero and more is fluent.
    """

    locale: str
    table: PairTable
    weights: FloatArray
    bias: float

    @property
    def config(self) -> Mapping[str, Any]:
        """What a manifest keeps of it; the table stands in a file of its own."""
        weights = dict(zip(FACTS, (round(float(w), 4) for w in self.weights), strict=True))
        return {"words": self.table.words, "weights": weights, "bias": self.bias}

    def score(self, text: str) -> float:
        """Return how surely a text is made of sentences; zero and more is good enough."""
        parts = (fluency_facts(part, self.locale, self.table) for part in judged_parts(text))
        return min(float(self.weights @ facts) for facts in parts) + self.bias


def pairs(run: Sequence[str], classes: WordClasses) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the pairs of classes in a run of words that are looked at, each with its kind."""
    for kind in (FINE, COARSE, DENSE):
        found = classes.of(run, kind)
        yield from ((kind, pair) for pair in pairwise(found))
        if kind == COARSE:
            yield from ((SKIPPED, pair) for pair in zip(found, found[2:], strict=False))


def judged_parts(text: str) -> tuple[str, ...]:
    """Return a text and its sentences: a good question does not make up for what stands before."""
    parts = sentences(text)
    return (text, *parts) if len(parts) > 1 else (text,)


def fluency_facts(text: str, locale: str, table: PairTable) -> FloatArray:
    """Return what speaks for and against a text, in order of `FACTS`."""
    runs = word_runs(text, locale)
    found: dict[str, list[float]] = {kind: [] for kind in MEASURES}
    classes = WordClasses(locale, table)
    for run in runs:
        for kind, pair in pairs(run, classes):
            found[kind].append(table.surprise(kind, pair))
    facts: list[float] = []
    for surprises in found.values():
        facts += [sum(surprises), sum(min(each, 0.0) for each in surprises)]
        facts[-2:] = [fact / (len(surprises) + _PATIENCE) for fact in facts[-2:]]
    words = sum(len(run) - 2 for run in runs)
    return np.array(
        [*facts, min(_repeated(text), _MOST_REPEATED), words / (words + _PATIENCE)],
        dtype=np.float32,
    )


class WordOrder:
    """Implements `Fluency`.

    Args:
        layers: locale → its layer; other languages are not judged.
    """

    def __init__(self, layers: Mapping[str, FluencyLayer]) -> None:
        self._layers = layers

    def reads_well(self, turn: SpokenTurn, text: str) -> bool:
        """Whether a text is made of sentences."""
        layer = self._layers.get(turn.locale)
        return layer is None or layer.score(text) >= 0


def save_tables(layers: Mapping[str, FluencyLayer], file: Path) -> None:
    """Store the tables of all languages, three bytes a pair: its code is told by a gap."""
    parts: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for locale, layer in layers.items():
        gaps, counts, last = [], [], 0
        for code, times in sorted(layer.table.counts.items()):
            steps, rest = divmod(code - last, _WIDEST_GAP)
            gaps += [*[_WIDEST_GAP] * steps, rest]
            counts += [*[_NO_CODE] * steps, min(round(_STEPS * math.log2(times)), _NO_CODE - 1)]
            last = code
        parts[f"{locale}.gaps"] = np.array(gaps, dtype=np.uint16)
        parts[f"{locale}.counts"] = np.array(counts, dtype=np.uint8)
    save_file(parts, str(file))
    file.chmod(0o644)


def _stored_counts(gaps: FloatArray, counts: FloatArray) -> dict[int, int]:
    """Return what `save_tables` stored: code → how often."""
    codes = np.cumsum(gaps.astype(np.int64))
    often = np.round(np.exp2(counts / _STEPS)).astype(np.int64)
    real = counts != _NO_CODE
    return dict(zip(codes[real].tolist(), often[real].tolist(), strict=True))


def load_fluency(folder: Path = WEIGHTS / UTTERANCE_JUDGE) -> WordOrder:
    """Load what ships with the engine.

    Raises:
        ArtifactError: it is missing, altered, or does not fit its manifest.
    """
    config = verify(folder, UTTERANCE_JUDGE).config
    layers = {}
    try:
        stored = load_file(str(folder / FLUENCY_FILE))
        for locale, given in config["fluency"].items():
            seen = _stored_counts(stored[f"{locale}.gaps"], stored[f"{locale}.counts"])
            weights = np.array([given["weights"][name] for name in FACTS], dtype=np.float32)
            table = PairTable(seen, int(given["words"]))
            layers[locale] = FluencyLayer(locale, table, weights, float(given["bias"]))
    except (OSError, KeyError, TypeError, ValueError, AttributeError, SafetensorError) as error:
        raise ArtifactError(f"{folder / FLUENCY_FILE} cannot be used: {error!r}") from None
    return WordOrder(layers)


def _ending(word: str, endings: Iterable[str]) -> str:
    return next((e for e in endings if word.endswith(e) and len(word) > len(e) + 2), "")


def _repeated(text: str) -> int:
    """Return how often a word, or a pair of them, follows right upon itself."""
    words = "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
    single = sum(words[i] == words[i - 1] for i in range(1, len(words)))
    pairs = sum(words[i : i + 2] == words[i - 2 : i] for i in range(2, len(words) - 1))
    return single + pairs
