"""Reads the public Korean and English corpora that the base encoder learns from."""

import csv
import hashlib
import io
import lzma
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.errors import CorpusError

HANGUL = re.compile(r"[가-힣]")

ALIGNED_DOCS = "ko_en_ml_docs.tsv.xz"
KOREAN_DOCS = "ko_ml_docs.txt.xz"
REVIEWS = "nsmc_reviews.txt.xz"
KORSTS = "korsts_{split}.tsv"
STSB = "stsb-en-{split}.csv"

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
    """Two sentences in one language and their gold similarity, 0 (unrelated) to 5 (same)."""

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


def read_aligned_docs(folder: Path) -> list[AlignedPair]:
    """The Korean–English paragraphs about machine learning.

    Rows whose Korean side holds no Hangul (code, untranslated lines) are left out: they would
    teach the Korean side nothing.

    Raises:
        CorpusError: the file is missing, not xz, or a row has not exactly two filled columns.
    """
    path = folder / ALIGNED_DOCS
    pairs = []
    for line, row in _rows(path, delimiter="\t"):
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
    docs = _lines(folder / KOREAN_DOCS)
    docs += [pair.korean for pair in read_aligned_docs(folder)]
    for _ in range(docs_weight):
        yield from docs
    every_review = _lines(folder / REVIEWS)
    yield from random.Random(seed).sample(every_review, min(reviews, len(every_review)))
    for pair in read_similarity(folder, "train").korean:
        yield pair.first
        yield pair.second


def fingerprints(folder: Path) -> dict[str, str]:
    """File name → SHA-256 (hex) of every corpus file that the encoder uses.

    Raises:
        CorpusError: a file is missing.
    """
    return {name: hashlib.sha256(_bytes(folder / name)).hexdigest() for name in SOURCES}


def _read_korsts(path: Path) -> list[ScoredPair]:
    rows = _rows(path, delimiter="\t", quoting=csv.QUOTE_NONE)
    _, header = next(rows, (0, []))
    columns = {}
    for name in ("sentence1", "sentence2", "score"):
        if name not in header:
            raise CorpusError(path, "missing column", line=1, column=name)
        columns[name] = header.index(name)
    return [
        ScoredPair(
            _cell(path, line, row, columns["sentence1"]),
            _cell(path, line, row, columns["sentence2"]),
            _score(path, line, row, columns["score"]),
        )
        for line, row in rows
    ]


def _read_stsb(path: Path) -> list[ScoredPair]:
    return [
        ScoredPair(_cell(path, line, row, 0), _cell(path, line, row, 1), _score(path, line, row, 2))
        for line, row in _rows(path, delimiter=",")
    ]


def _cell(path: Path, line: int, row: list[str], index: int) -> str:
    if index >= len(row) or not row[index].strip():
        raise CorpusError(path, "missing text", line=line, column=index + 1)
    return row[index].strip()


def _score(path: Path, line: int, row: list[str], index: int) -> float:
    text = _cell(path, line, row, index)
    try:
        score = float(text)
    except ValueError:
        raise CorpusError(path, f"{text!r} is no number", line=line, column=index + 1) from None
    if not 0.0 <= score <= 5.0:
        raise CorpusError(path, f"{score} is not from 0 to 5", line=line, column=index + 1)
    return score


def _rows(
    path: Path, *, delimiter: str, quoting: int = csv.QUOTE_MINIMAL
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), delimiter=delimiter, quoting=quoting)
    for row in reader:
        if row:
            yield reader.line_num, row


def _lines(path: Path) -> list[str]:
    return [line for line in _text(path).splitlines() if line.strip()]


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        if path.suffix == ".xz":
            data = lzma.decompress(data)
        text = data.decode("utf-8-sig")
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise CorpusError(path, f"unreadable: {error}") from error
    if not text.strip():
        raise CorpusError(path, "the file is empty")
    return text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(path, f"cannot be read: {error.strerror}") from error
