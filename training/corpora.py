"""Reads the public Korean and English corpora that the base encoder learns from."""

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.corpus_files import (
    csv_rows,
    filled_cell,
    read_bytes,
    read_text,
    table_rows,
    text_lines,
)
from training.errors import CorpusError

HANGUL = re.compile(r"[가-힣]")

ALIGNED_DOCS = "ko_en_ml_docs.tsv.xz"
KOREAN_DOCS = "ko_ml_docs.txt.xz"
REVIEWS = "nsmc_reviews.txt.xz"
KORSTS = "korsts_{split}.tsv"
STSB = "stsb-en-{split}.csv"
KORNLI = "kornli_xnli_dev.tsv"
KLUE_NLI = "klue_nli_dev.json"
QUESTION_PAIRS = "question_pairs_train.csv"
# An inference label as a similarity: what follows is nearer than what is open or contradicts.
NLI_SCORES = {"entailment": 5.0, "neutral": 2.5, "contradiction": 0.0}

# What a model card has to name: file → (licence, source).
SOURCES: dict[str, tuple[str, str]] = {
    ALIGNED_DOCS: ("Apache-2.0", "tensorflow/docs-l10n, huggingface/course"),
    KOREAN_DOCS: (
        "Apache-2.0 / BSD-3-Clause / MIT / CC BY-SA",
        "tensorflow/docs-l10n, huggingface/course, PyTorchKorea/tutorials-kr, "
        "boostcamp-ai-tech-4/ai-tech-interview, zzsza/Datascience-Interview-Questions, "
        "d2l-ai/d2l-ko",
    ),
    REVIEWS: ("CC0-1.0", "e9t/nsmc"),
    KORSTS.format(split="train"): ("CC BY-SA 4.0", "kakaobrain/kor-nlu-datasets"),
    KORSTS.format(split="dev"): ("CC BY-SA 4.0", "kakaobrain/kor-nlu-datasets"),
    KORNLI: ("CC BY-SA 4.0", "kakaobrain/kor-nlu-datasets"),
    KLUE_NLI: ("CC BY-SA 4.0", "KLUE-benchmark/KLUE"),
    QUESTION_PAIRS: ("MIT", "songys/Question_pair"),
    STSB.format(split="train"): ("CC BY-SA 4.0", "PhilipMay/stsb-multi-mt"),
    STSB.format(split="dev"): ("CC BY-SA 4.0", "PhilipMay/stsb-multi-mt"),
}


@dataclass(frozen=True)
class AlignedPair:
    """A Korean text and the English text that says the same."""

    korean: str
    english: str


@dataclass(frozen=True)
class ScoredPair:
    """Two sentences and their gold similarity, 0 (unrelated) to 5 (same)."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class SimilaritySplit:
    """One split of KorSTS beside STS-B; item n of ``english`` is the source of ``korean``'s."""

    korean: tuple[ScoredPair, ...]
    english: tuple[ScoredPair, ...]

    def aligned(self) -> list[AlignedPair]:
        """Every distinct Korean sentence of the split beside its English source."""
        english_of: dict[str, str] = {}
        for korean, english in zip(self.korean, self.english, strict=True):
            english_of.setdefault(korean.first, english.first)
            english_of.setdefault(korean.second, english.second)
        return [AlignedPair(korean, english) for korean, english in english_of.items()]

    def across_languages(self) -> list[ScoredPair]:
        """The same pairs with one side in each language; which side is Korean alternates."""
        pairs = []
        for row, (ko, en) in enumerate(zip(self.korean, self.english, strict=True)):
            texts = (ko.first, en.second) if row % 2 == 0 else (en.first, ko.second)
            pairs.append(ScoredPair(*texts, ko.score))
        return pairs


def read_aligned_docs(folder: Path) -> list[AlignedPair]:
    """The Korean–English paragraphs about machine learning.

    Rows whose Korean side holds no Hangul (code, untranslated lines) are left out: they would
    teach the Korean side nothing.

    Raises:
        CorpusError: the file is missing, not xz, or a row has not exactly two filled columns.
    """
    path = folder / ALIGNED_DOCS
    pairs = []
    for line, row in csv_rows(path, delimiter="\t"):
        if len(row) != 2:
            raise CorpusError(path, f"expected 2 columns, found {len(row)}", line=line)
        for column, cell in enumerate(row, start=1):
            if not cell.strip():
                raise CorpusError(path, "empty text", line=line, column=column)
        if HANGUL.search(row[0]):
            pairs.append(AlignedPair(row[0], row[1]))
    return pairs


def read_similarity(folder: Path, split: str) -> SimilaritySplit:
    """KorSTS and STS-B of one split (``train`` or ``dev``), aligned by line.

    Raises:
        CorpusError: a file is missing, a column is missing, a score is no number from 0 to 5, or
            the two languages have different lengths.
    """
    korean = _read_korsts(folder / KORSTS.format(split=split))
    english_path = folder / STSB.format(split=split)
    english = _read_stsb(english_path)
    if len(korean) != len(english):
        raise CorpusError(english_path, f"{len(english)} rows beside {len(korean)} of KorSTS")
    return SimilaritySplit(tuple(korean), tuple(english))


def read_inference(folder: Path) -> list[ScoredPair]:
    """Korean premises and hypotheses of KorNLI and KLUE, the label as a similarity.

    Raises:
        CorpusError: a file is missing or malformed, or a label is unknown.
    """
    path = folder / KORNLI
    pairs = []
    for line, row in table_rows(path, ("sentence1", "sentence2", "gold_label")):
        pairs.append(_inference(path, *row, line=line))
    path = folder / KLUE_NLI
    try:
        entries = json.loads(read_text(path))
        rows = [(entry["premise"], entry["hypothesis"], entry["gold_label"]) for entry in entries]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise CorpusError(path, f"not a list of NLI entries: {error!r}") from error
    return pairs + [_inference(path, *row, line=None) for row in rows]


def read_question_pairs(folder: Path) -> list[ScoredPair]:
    """Korean question pairs: 5 where both ask the same, 0 where they do not.

    Raises:
        CorpusError: the file is missing, a column is missing, or a label is neither 0 nor 1.
    """
    path = folder / QUESTION_PAIRS
    pairs = []
    for line, (first, second, label) in table_rows(
        path, ("question1", "question2", "is_duplicate"), delimiter=",", quoted=True
    ):
        if label not in ("0", "1"):
            raise CorpusError(path, f"{label!r} is neither 0 nor 1", line=line)
        # In this set 0 marks two wordings of one question.
        pairs.append(ScoredPair(first, second, 5.0 if label == "0" else 0.0))
    return pairs


def plain_texts(folder: Path, *, reviews: int, seed: int) -> list[str]:
    """Texts to read without a translation: the ML documents, both languages, and some reviews.

    Args:
        folder: the corpora.
        reviews: how many of the colloquial reviews to sample.
        seed: of the sample.

    Raises:
        CorpusError: a file is missing or not xz.
    """
    aligned = read_aligned_docs(folder)
    docs = [
        *text_lines(folder / KOREAN_DOCS),
        *(text for p in aligned for text in (p.korean, p.english)),
    ]
    every_review = text_lines(folder / REVIEWS)
    return docs + random.Random(seed).sample(every_review, min(reviews, len(every_review)))


def vocabulary_texts(folder: Path, *, reviews: int, docs_weight: int, seed: int) -> Iterator[str]:
    """Korean texts to count word pieces in.

    Args:
        folder: the corpora.
        reviews: how many of the colloquial reviews to sample; the file is sorted, so its head
            would be one-sided.
        docs_weight: how often each machine-learning paragraph counts: the interviews are in that
            field, and the reviews outnumber it.
        seed: of the sample.

    Raises:
        CorpusError: a file is missing or not xz.
    """
    docs = text_lines(folder / KOREAN_DOCS)
    docs += [pair.korean for pair in read_aligned_docs(folder)]
    for _ in range(docs_weight):
        yield from docs
    every_review = text_lines(folder / REVIEWS)
    yield from random.Random(seed).sample(every_review, min(reviews, len(every_review)))
    for pair in read_similarity(folder, "train").korean:
        yield pair.first
        yield pair.second


def fingerprints(folder: Path) -> dict[str, str]:
    """File name → SHA-256 (hex) of every corpus file that the encoder uses.

    Raises:
        CorpusError: a file is missing.
    """
    return {name: hashlib.sha256(read_bytes(folder / name)).hexdigest() for name in SOURCES}


def _read_korsts(path: Path) -> list[ScoredPair]:
    return [
        ScoredPair(first, second, _score(path, line, score, "score"))
        for line, (first, second, score) in table_rows(path, ("sentence1", "sentence2", "score"))
    ]


def _inference(
    path: Path, premise: str, hypothesis: str, label: str, *, line: int | None
) -> ScoredPair:
    if label not in NLI_SCORES:
        raise CorpusError(path, f"unknown label {label!r}", line=line, column="gold_label")
    return ScoredPair(premise, hypothesis, NLI_SCORES[label])


def _read_stsb(path: Path) -> list[ScoredPair]:
    return [
        ScoredPair(
            filled_cell(path, line, row, 0, 1),
            filled_cell(path, line, row, 1, 2),
            _score(path, line, filled_cell(path, line, row, 2, 3), 3),
        )
        for line, row in csv_rows(path, delimiter=",")
    ]


def _score(path: Path, line: int, text: str, column: str | int) -> float:
    try:
        score = float(text)
    except ValueError:
        raise CorpusError(path, f"{text!r} is no number", line=line, column=column) from None
    if not 0.0 <= score <= 5.0:
        raise CorpusError(path, f"{score} is not from 0 to 5", line=line, column=column)
    return score
